import GatewayConfiguration
import GatewayLoop
import GatewayTypes
import Glibc
import Logging
import Testing

@testable import GatewayRuntime

struct LogQueueTests {
  private let line = Array("12345678\n".utf8)

  @Test func `what does not fit is dropped, and all behind it until the queue is taken`() {
    var queue = LogQueue(sizeMax: 20)
    // The last one would fit, and would hide that one before it is missing.
    let wereFirst = [line, line, line, [0xa]].map { queue.append($0) }
    #expect(wereFirst == [true, false, false, false])
    let taken = queue.take()
    #expect(taken.lines == line + line)
    #expect(taken.droppedCount == 2)
    #expect(queue.isEmpty)
    let isFirst = queue.append(line)
    let next = queue.take()
    #expect(isFirst && next.droppedCount == 0)
  }

  @Test func `a line that never fits is told of`() {
    var queue = LogQueue(sizeMax: 4)
    let wereFirst = [line, line].map { queue.append($0) }
    #expect(wereFirst == [true, false])
    let taken = queue.take()
    #expect(taken.droppedCount == 2)
  }
}

struct LogOutputTests {
  @Test func `a reader that takes nothing loses the rest, and the next line begins anew`() {
    let pipe = Pipe()
    var output = LogOutput(pipe.input)
    let lines = [UInt8](repeating: UInt8(ascii: "x"), count: 99_999) + [0xa]
    let lostCount = output.write(lines, until: { true })
    #expect(lostCount == 1)
    let begun = pipe.read()
    #expect(begun.count < lines.count && begun.allSatisfy { $0 == UInt8(ascii: "x") })
    let nextLostCount = output.write(Array("next\n".utf8), until: { true })
    #expect(nextLostCount == 0)
    #expect(pipe.read() == Array("\nnext\n".utf8))
  }

  @Test func `lines that nobody can read are lost and counted`() {
    let pipe = Pipe()
    SystemClock.ignoreBrokenPipes()
    pipe.closeOutput()
    var output = LogOutput(pipe.input)
    let lostCount = output.write(Array("a\nb\n".utf8), until: { false })
    #expect(lostCount == 2)
    var closed = LogOutput(1_000_000)
    let closedLostCount = closed.write(Array("a\n".utf8), until: { false })
    #expect(closedLostCount == 1)
  }
}

struct LogWriterTests {
  @Test func `what nobody reads is dropped, counted, and told when it is read again`() {
    let pipe = Pipe()
    let writer = LogWriter(
      LogSettings(.info, .text), to: .journal, descriptor: pipe.input, queueSizeMax: 1000)
    let log = Log(writer)
    // More than the pipe holds, what is being written, and what waits.
    let count = 5000
    for number in 0..<count { log.info("line", [.count: number]) }
    var toldCount = 0
    var droppedCount = 0
    while toldCount < count, let line = pipe.readLine() {
      if line.hasPrefix("<4>WARNING lines of the log were dropped") {
        droppedCount += number(atEndOf: line)
        toldCount += number(atEndOf: line)
      } else {
        // Each hole is told of where it is.
        #expect(line == "<6>INFO line count=\(toldCount)")
        toldCount += 1
      }
    }
    #expect(toldCount == count)
    #expect(droppedCount > 0)
    log.info("last")
    writer.finish()
    #expect(pipe.readLine() == "<6>INFO last")
    #expect(pipe.read() == [])
  }

  private func number(atEndOf line: String) -> Int {
    line.split(separator: "=").last.flatMap { Int($0) } ?? 0
  }

  @Test func `the end comes though nobody reads`() {
    let pipe = Pipe()
    let writer = LogWriter(
      LogSettings(.info, .text), descriptor: pipe.input, farewell: .zero)
    let log = Log(writer)
    for number in 0..<5000 { log.info("line", [.count: number]) }
    writer.finish()
    #expect(!pipe.read().isEmpty)
  }

  @Test func `what was held back is told at the end`() {
    let pipe = Pipe()
    let writer = LogWriter(LogSettings(.info, .text), to: .journal, descriptor: pipe.input)
    let log = Log(writer)
    for number in 1...40 { log.warning("again", as: .slowReader, [.count: number]) }
    writer.finish()
    let lines = String(decoding: pipe.read(), as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "<4>WARNING again count=1")
    let counts = lines.map { line in
      line.contains("more_in_last_second=") ? number(atEndOf: String(line)) : 1
    }
    #expect(counts.reduce(0, +) == 40)
  }

  @Test func `fields of a line that is not written are not made`() {
    let pipe = Pipe()
    let writer = LogWriter(LogSettings(.info, .text), descriptor: pipe.input)
    let log = Log(writer)
    var madeCount = 0
    func made() -> Int {
      madeCount += 1
      return madeCount
    }
    log.debug("quiet", [.count: made()])
    log.trace("quiet", [.count: made()])
    #expect(madeCount == 0)
    writer.settings.level = .trace
    log.trace("loud", [.count: made()])
    #expect(madeCount == 1)
    writer.finish()
  }
}

/// A pipe that reads without waiting.
private final class Pipe {
  private let output: CInt
  let input: CInt
  private var isOutputOpen = true
  private var unread: ArraySlice<UInt8> = []

  init() {
    var ends: [CInt] = [0, 0]
    #expect(pipe(&ends) == 0)
    (output, input) = (ends[0], ends[1])
  }

  deinit {
    closeOutput()
    close(input)
  }

  func closeOutput() {
    if isOutputOpen { close(output) }
    isOutputOpen = false
  }

  /// All that is there.
  func read() -> [UInt8] {
    var bytes = Array(unread)
    unread = []
    while isReadable(within: 0) {
      let piece = readPiece()
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  /// The next line, for which it waits a while; nil when none comes.
  func readLine() -> String? {
    while true {
      if let end = unread.firstIndex(of: 0xa) {
        defer { unread = unread[(end + 1)...] }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      guard isReadable(within: 10_000) else { return nil }
      let piece = readPiece()
      if piece.isEmpty { return nil }
      unread = ArraySlice(unread + piece)
    }
  }

  private func isReadable(within milliseconds: CInt) -> Bool {
    var request = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }

  private func readPiece() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, Glibc.read(output, buffer.baseAddress, buffer.count))
    }
  }
}
