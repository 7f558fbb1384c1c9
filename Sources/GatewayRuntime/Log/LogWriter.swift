import GatewayLoop
import Glibc
import Synchronization

/// Writes lines to standard error on a thread of its own, so that a reader that stalls does not
/// stop a worker.
///
/// At most `waitingCountMax` lines wait; what comes then is dropped, and the log says how many.
/// Thread: any.
package final class LogWriter: Sendable {
  private enum Item: Sendable {
    case line(String)
    case end
  }

  private static let waitingCountMax = 8192

  private let mailbox = Mailbox<Item>()
  private let droppedCount = Atomic<Int>(0)
  private let isEnding = Atomic<Bool>(false)
  private let thread = Guarded<OSThread?>(nil)

  package init() {
    let started = OSThread(name: "log") { [self] in run() }
    thread.withLock { $0 = started }
  }

  /// Queues `line`, which ends with a line feed.
  package func write(_ line: String) {
    if !mailbox.post(.line(line), unlessWaiting: LogWriter.waitingCountMax) {
      droppedCount.add(1, ordering: .relaxed)
    }
  }

  /// Writes what waits and ends. A reader that takes nothing for a second loses the rest.
  package func finish() {
    isEnding.store(true, ordering: .relaxed)
    mailbox.post(.end)
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  private func run() {
    let loop = Loop()
    mailbox.open(on: loop) { [self] in
      var isLast = false
      var text = ""
      for item in mailbox.take() {
        switch item {
        case .line(let line): text += line
        case .end: isLast = true
        }
      }
      let dropped = droppedCount.exchange(0, ordering: .relaxed)
      if dropped > 0 {
        text += "\(dropped) lines of the log were dropped: its reader is too slow\n"
      }
      writeOut(text)
      if isLast { loop.stop() }
    }
    loop.run()
    mailbox.close()
  }

  private func writeOut(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        guard waitUntilWritable() else { return }
        let count = Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
        if count > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        } else if errno != EINTR, errno != EAGAIN {
          return
        }
      }
    }
  }

  private func waitUntilWritable() -> Bool {
    var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    while true {
      let count = poll(&descriptor, 1, 1000)
      if count > 0 { return true }
      if count == 0, isEnding.load(ordering: .relaxed) { return false }
      if count < 0, errno != EINTR { return false }
    }
  }
}
