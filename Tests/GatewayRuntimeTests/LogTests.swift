import GatewayTypes
import Testing

@testable import GatewayRuntime

struct LogGateTests {
  private func second(_ number: UInt64) -> MonotonicTime {
    MonotonicTime(nanoseconds: number * 1_000_000_000)
  }

  @Test func `one line a second passes, with the count of those that did not`() {
    var gate = LogGate()
    #expect(gate.pass(at: second(10)) == 0)
    #expect(gate.pass(at: second(10)) == nil)
    #expect(gate.pass(at: MonotonicTime(nanoseconds: 10_999_999_999)) == nil)
    #expect(gate.pass(at: second(11)) == 2)
    #expect(gate.pass(at: second(11)) == nil)
    #expect(gate.pass(at: second(60)) == 1)
  }
}

struct LogTests {
  @Test(arguments: [
    ("", ""), (String(repeating: "x", count: 1024), String(repeating: "x", count: 1024)),
    (String(repeating: "x", count: 1025), String(repeating: "x", count: 1024) + "…"),
    (String(repeating: "é", count: 512), String(repeating: "é", count: 512)),
    ("x" + String(repeating: "é", count: 512), "x" + String(repeating: "é", count: 511) + "…"),
    (String(repeating: "👍", count: 2000), String(repeating: "👍", count: 256) + "…"),
  ])
  func `a field's value has an end, between two characters`(value: String, written: String) {
    #expect(Log.shortened(value) == written)
  }
}

struct TextLogTests {
  @Test(arguments: [
    ("plain", "plain"), ("", "\"\""), ("two words", "\"two words\""),
    ("a\"b", "\"a\\\"b\""), ("a\nb", "\"a\\u{a}b\""), ("a\u{85}b", "\"a\\u{85}b\""),
    ("é", "é"), ("a\u{2028}b", "\"a\\u{2028}b\""),
  ])
  func `a field is one word, or is quoted so that it can't start a line`(
    value: String, written: String
  ) {
    #expect(TextLogHandler.quoted(value) == written)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (1_795_500_992_244, "2026-11-24T06:16:32.244Z"),
    (951_782_400_007, "2000-02-29T00:00:00.007Z"),
  ])
  func `the time is UTC, to the millisecond`(milliseconds: Int64, written: String) {
    let time = WallTime(milliseconds: milliseconds)
    #expect(TextLogHandler.timestamp(time) == written)
  }
}
