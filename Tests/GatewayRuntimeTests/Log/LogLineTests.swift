import GatewayConfiguration
import GatewayTypes
import Logging
import Testing

@testable import GatewayRuntime

struct LogLineTests {
  private let special = "a\nb\u{1b}[31m\u{202e}c\u{2028}\"\\\u{0}é👍\u{e0001}"

  private let fields: [(LogKey, LogValue)] = [
    (.user, .text("two words")), (.count, .integer(-3)), (.tls, .boolean(true)),
    (.durationMs, .duration(.microseconds(12_034))),
  ]

  private func line(_ level: Logger.Level, _ fields: [(LogKey, LogValue)]) -> LogLine {
    var line = LogLine(
      time: WallTime(milliseconds: 1_795_500_992_244), level: level, message: "something is")
    for (key, value) in fields { line.add(key, value) }
    return line
  }

  private func text(
    _ line: LogLine, _ format: LogFormat, to destination: LogDestination = .plain
  ) -> String {
    String(decoding: line.bytes(format, to: destination), as: UTF8.self)
  }

  @Test func `text is time, level, message and fields`() {
    let line = line(.warning, fields)
    #expect(
      text(line, .text)
        == "2026-11-24T06:16:32.244Z WARNING something is user=\"two words\" count=-3 tls=true "
        + "duration_ms=12.034\n")
  }

  @Test func `JSON is one object, with the types of its values`() {
    let line = line(.warning, fields)
    #expect(
      text(line, .json)
        == #"{"time":"2026-11-24T06:16:32.244Z","level":"warning","message":"something is","#
        + #""user":"two words","count":-3,"tls":true,"duration_ms":12.034}"# + "\n")
  }

  @Test func `no value begins another line or commands a terminal`() {
    #expect(
      text(line(.info, [(.origin, .text(special))]), .text).hasSuffix(
        #" origin="a\u{a}b\u{1b}[31m\u{202e}c\u{2028}\"\\\u{0}é👍\u{e0001}""# + "\n"))
    #expect(
      text(line(.info, [(.origin, .text(special))]), .json).hasSuffix(
        #","origin":"a\nb\u001b[31m\u202ec\u2028\"\\\u0000é👍\udb40\udc01"}"# + "\n"))
  }

  @Test(arguments: [LogFormat.text, .json])
  func `of all that a line can hold, a line feed is at its end only`(format: LogFormat) {
    let scalars = (0...0x1_1000).compactMap(Unicode.Scalar.init(_:))
    let all = String(String.UnicodeScalarView(scalars))
    let bytes = line(.info, [(.origin, .text(all))]).bytes(format, to: .plain)
    #expect(bytes.last == 0xa)
    #expect(bytes.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    let written = String(decoding: bytes.dropLast(), as: UTF8.self)
    let isOpen = written.unicodeScalars.contains {
      $0.properties.generalCategory == .format || ["\u{85}", "\u{2028}", "\u{2029}"].contains($0)
    }
    #expect(!isOpen)
  }

  @Test(arguments: [
    (Logger.Level.critical, "<2>"), (.error, "<3>"), (.warning, "<4>"), (.notice, "<5>"),
    (.info, "<6>"), (.debug, "<7>"), (.trace, "<7>"),
  ])
  func `the journal gets a priority and no time of ours`(level: Logger.Level, priority: String) {
    let word = level.rawValue.uppercased()
    #expect(text(line(level, []), .text, to: .journal) == "\(priority)\(word) something is\n")
    #expect(text(line(level, []), .json, to: .journal).hasPrefix("\(priority){\"time\":\"2026"))
  }

  @Test func `a terminal gets the level in colour where it wants that`() {
    let coloured = text(line(.error, []), .text, to: .terminal(isColoured: true))
    #expect(coloured == "2026-11-24T06:16:32.244Z \u{1b}[31mERROR\u{1b}[0m something is\n")
    for destination in [LogDestination.terminal(isColoured: false), .plain, .journal] {
      #expect(!text(line(.error, []), .text, to: destination).contains("\u{1b}"))
    }
    #expect(!text(line(.error, []), .json, to: .terminal(isColoured: true)).contains("\u{1b}"))
  }

  @Test(arguments: [
    ("plain", "plain"), ("", "\"\""), ("two words", "\"two words\""),
    ("a\"b", "\"a\\\"b\""), ("a\nb", "\"a\\u{a}b\""), ("a\u{85}b", "\"a\\u{85}b\""),
    ("é", "é"), ("a\u{2028}b", "\"a\\u{2028}b\""), ("\u{301}", "\u{301}"),
    ("\u{301} x", "\"\u{301} x\""),
  ])
  func `a value of text is one word, or is quoted`(value: String, written: String) {
    // By scalars: an accent would join the quote for a comparison of characters.
    #expect(LogLine.quoted(value).unicodeScalars.elementsEqual(written.unicodeScalars))
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (1_795_500_992_244, "2026-11-24T06:16:32.244Z"),
    (951_782_400_007, "2000-02-29T00:00:00.007Z"),
  ])
  func `the time is UTC, to the millisecond`(milliseconds: Int64, written: String) {
    #expect(LogLine.timestamp(WallTime(milliseconds: milliseconds)) == written)
  }
}

struct LogValueTests {
  @Test(arguments: [
    ("", ""), (String(repeating: "x", count: 1024), String(repeating: "x", count: 1024)),
    (String(repeating: "x", count: 1025), String(repeating: "x", count: 1024) + "…"),
    (String(repeating: "é", count: 512), String(repeating: "é", count: 512)),
    ("x" + String(repeating: "é", count: 512), "x" + String(repeating: "é", count: 511) + "…"),
    (String(repeating: "👍", count: 2000), String(repeating: "👍", count: 256) + "…"),
  ])
  func `a text has an end, between two characters`(value: String, written: String) {
    #expect(LogValue.text(value).shortened == .text(written))
  }

  @Test(arguments: [
    (Duration.zero, "0.000"), (.nanoseconds(999), "0.000"), (.microseconds(1), "0.001"),
    (.milliseconds(20), "20.000"), (.seconds(61), "61000.000"), (.seconds(-1), "0.000"),
  ])
  func `a duration is milliseconds, to the microsecond`(duration: Duration, written: String) {
    #expect(LogValue.duration(duration).description == written)
  }

  @Test func `what is not there has no field`() {
    #expect((nil as Int?).logValue == nil)
    #expect((7 as Int?).logValue == .integer(7))
    #expect(UInt64.max.logValue == .integer(.max))
  }
}

struct LogDestinationTests {
  private func destination(
    isTerminal: Bool = false, _ environment: [String: String] = [:]
  ) -> LogDestination {
    LogDestination(
      isTerminal: isTerminal, identity: LogDestination.FileIdentity(device: 8, inode: 1234)
    ) { environment[$0] }
  }

  @Test(arguments: [
    ("8:1234", LogDestination.journal), ("8:1235", .plain), ("9:1234", .plain), ("", .plain),
    ("8", .plain), ("8:1234:", .plain), ("8:", .plain), ("8:99999999999999999999999", .plain),
  ])
  func `the journal is what its variable names, and no other file`(
    variable: String, expected: LogDestination
  ) {
    #expect(destination(["JOURNAL_STREAM": variable]) == expected)
  }

  @Test func `a file that nothing is known of is not the journal`() {
    let unknown = LogDestination(isTerminal: false, identity: nil) { _ in nil }
    #expect(unknown == .plain)
  }

  @Test(arguments: [
    (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": ""], true),
    (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "dumb"], false), ([:], false),
  ])
  func `a terminal has colours unless it or its user wants none`(
    environment: [String: String], isColoured: Bool
  ) {
    #expect(
      destination(isTerminal: true, environment) == .terminal(isColoured: isColoured))
    #expect(destination(environment) == .plain)
  }
}
