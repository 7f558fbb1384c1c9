import GatewayLogic
import GatewayTypes
import Logging
import Testing

@testable import GatewayRuntime

struct LogGatesTests {
  private func at(_ seconds: Double) -> MonotonicTime {
    MonotonicTime(nanoseconds: UInt64(seconds * 1e9))
  }

  private let wall = WallTime(milliseconds: 5)

  private func example(_ number: Int) -> LogLine {
    var line = LogLine(time: WallTime(milliseconds: 0), level: .warning, message: "m")
    line.add(.status, .integer(Int64(number)))
    return line
  }

  private func told(_ lines: [LogLine]) -> [[LogValue]] { lines.map { $0.fields.map(\.value) } }

  @Test func `the first is written, and the others of its second are told at its end`() {
    let gates = Gates()
    #expect(gates.pass(.originRefused, at: at(10)) == .write)
    #expect(gates.nextDeadline == nil)
    #expect(gates.pass(.originRefused, at: at(10)) == .keep)
    gates.keep(example(1), as: .originRefused)
    #expect(gates.pass(.originRefused, at: at(10.5)) == .count)
    #expect(gates.nextDeadline == at(11))
    #expect(gates.popDue(at: at(10.999), wallNow: wall) == [])
    let lines = gates.popDue(at: at(11), wallNow: wall)
    #expect(told(lines) == [[.integer(1), .integer(2)]])
    #expect(lines.map(\.time) == [wall])
    #expect(lines.first?.fields.last?.name == "more_in_last_second")
  }

  @Test func `while it goes on there is one line a second, and after a quiet second it is new`() {
    let gates = Gates()
    #expect(gates.pass(.slowReader, at: at(1)) == .write)
    var toldCount = 0
    for step in 1...50 {
      let now = at(1 + Double(step) / 10)
      toldCount += gates.popDue(at: now, wallNow: wall).count
      if gates.pass(.slowReader, at: now) == .keep { gates.keep(example(step), as: .slowReader) }
    }
    #expect(toldCount == 5)
    #expect(gates.popDue(at: at(7), wallNow: wall).count == 1)
    #expect(gates.popDue(at: at(8), wallNow: wall) == [])
    #expect(gates.count == 0)
    #expect(gates.pass(.slowReader, at: at(8)) == .write)
  }

  @Test func `what comes late, before the last were told, is told with them`() {
    let gates = Gates()
    _ = gates.pass(.slowReader, at: at(1))
    _ = gates.pass(.slowReader, at: at(1))
    gates.keep(example(1), as: .slowReader)
    #expect(gates.pass(.slowReader, at: at(5)) == .count)
    #expect(told(gates.popDue(at: at(5), wallNow: wall)) == [[.integer(1), .integer(2)]])
  }

  @Test func `kinds do not hold up each other`() {
    let gates = Gates()
    #expect(gates.pass(.upstreamFailed(.notConnected), at: at(1)) == .write)
    #expect(gates.pass(.upstreamFailed(.queueFull), at: at(1)) == .write)
    #expect(gates.pass(.connectionRefused(.all), at: at(1)) == .write)
    #expect(gates.pass(.connectionRefused(.perUser), at: at(1)) == .write)
    #expect(gates.pass(.connectionRefused(.all), at: at(1)) == .keep)
  }

  @Test func `one whose example has not come yet is not told without it, nor lost`() {
    let gates = Gates()
    _ = gates.pass(.slowReader, at: at(1))
    #expect(gates.pass(.slowReader, at: at(1)) == .keep)
    #expect(gates.nextDeadline == nil)
    #expect(gates.popDue(at: at(3), wallNow: wall) == [])
    gates.keep(example(1), as: .slowReader)
    #expect(gates.nextDeadline == at(2))
    #expect(told(gates.popDue(at: at(3), wallNow: wall)) == [[.integer(1), .integer(1)]])
  }

  @Test func `at the end all is told that is held back`() {
    let gates = Gates()
    _ = gates.pass(.slowReader, at: at(1))
    _ = gates.pass(.slowReader, at: at(1))
    gates.keep(example(1), as: .slowReader)
    #expect(told(gates.popAll(wallNow: wall)) == [[.integer(1), .integer(1)]])
    #expect(gates.popAll(wallNow: wall) == [])
  }
}

/// Gates that a condition may change: `#expect` takes none that change a value.
private final class Gates {
  private var gates = LogGates()

  var count: Int { gates.count }
  var nextDeadline: MonotonicTime? { gates.nextDeadline }

  func pass(_ kind: LogKind, at now: MonotonicTime) -> LogGates.Verdict {
    gates.pass(kind, at: now)
  }

  func keep(_ example: LogLine, as kind: LogKind) {
    gates.keep(example, as: kind)
  }

  func popDue(at now: MonotonicTime, wallNow: WallTime) -> [LogLine] {
    gates.popDue(at: now, wallNow: wallNow)
  }

  func popAll(wallNow: WallTime) -> [LogLine] {
    gates.popAll(wallNow: wallNow)
  }
}
