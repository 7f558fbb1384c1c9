import GatewayLoop
import GatewayTypes

/// What the log's own thread does: writes what waits, and tells of what was held back when it is
/// time.
///
/// Thread: its own.
final class LogThread {
  private let writer: LogWriter
  private let loop = Loop()
  private var output: LogOutput
  private var timer: Timer?
  /// Lines that could not be written, and that nothing was said of yet.
  private var lostCount = 0

  init(_ writer: LogWriter, _ output: LogOutput) {
    self.writer = writer
    self.output = output
  }

  /// Returns when the writer's end has come.
  func run() {
    timer = Timer(on: loop) { [unowned self] in
      writer.tellHeldBack()
      startTimer()
    }
    writer.mailbox.open(on: loop) { [unowned self] in
      for call in writer.mailbox.take() { answer(call) }
    }
    loop.run()
    writer.mailbox.close()
    timer = nil
  }

  private func answer(_ call: LogWriter.Call) {
    switch call {
    case .linesWait:
      writeWaiting()
    case .exampleKept:
      startTimer()
    case .end:
      writer.tellAllHeldBack()
      writeWaiting()
      loop.stop()
    }
  }

  private func startTimer() {
    guard let deadline = writer.nextDeadline else { return }
    timer?.start(after: max(.zero, deadline - SystemClock.monotonic))
  }

  private func writeWaiting() {
    let (lines, droppedCount) = writer.takeWaiting()
    tellLost()
    lostCount += output.write(lines, until: writer.isOver)
    lostCount += droppedCount
    if droppedCount > 0 { tellLost() }
    writer.noteWritten()
  }

  private func tellLost() {
    guard lostCount > 0 else { return }
    let line = writer.lineOfLost(count: lostCount)
    if output.write(line, until: writer.isOver) == 0 { lostCount = 0 }
  }
}

@available(*, unavailable)
extension LogThread: Sendable {}
