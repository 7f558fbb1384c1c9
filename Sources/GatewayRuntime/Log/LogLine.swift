import GatewayConfiguration
import GatewayTypes
import Glibc
import Logging

/// One line of the log before it is known how it is written.
struct LogLine: Hashable, Sendable {
  struct Field: Hashable, Sendable {
    let name: String
    let value: LogValue
  }

  var time: WallTime
  let level: Logger.Level
  /// Ours, and the same for all lines of a kind.
  let message: String
  private(set) var fields: [Field]

  init(time: WallTime, level: Logger.Level, message: String, fields: [Field] = []) {
    self.time = time
    self.level = level
    self.message = message
    self.fields = fields
  }

  mutating func add(_ key: LogKey, _ value: LogValue) {
    fields.append(Field(name: key.rawValue, value: value))
  }

  /// The bytes of the line, with the line feed at its end and no other.
  func bytes(_ format: LogFormat, to destination: LogDestination) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    if destination == .journal { bytes += "<\(level.priority)>".utf8 }
    switch format {
    case .text: appendText(to: &bytes, destination)
    case .json: appendJSON(to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// Whether a scalar may change how what stands around it is read, or begin another line: ends
  /// of lines, commands to a terminal, what turns the direction of writing, what can't be seen.
  static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    // The most common ones first: properties are looked up in a table.
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse,
      .unassigned:
      true
    default: false
    }
  }

  /// `time` in UTC, by RFC 3339, to the millisecond.
  static func timestamp(_ time: WallTime) -> String {
    var seconds = time_t(time.milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
    let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
    let milliseconds = String(1000 + time.milliseconds % 1000).dropFirst()
    return date.map(twoDigits).joined(separator: "-") + "T"
      + clock.map(twoDigits).joined(separator: ":") + ".\(milliseconds)Z"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}

extension Logger.Level {
  /// What the journal knows it by, in front of a line. Source: sd-daemon(3).
  var priority: Int {
    switch self {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}
