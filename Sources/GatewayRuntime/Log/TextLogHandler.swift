import GatewayLoop
import GatewayTypes
import Glibc
package import Logging

/// Writes log lines for people: time, level, message, then the fields.
package struct TextLogHandler: LogHandler {
  private let threshold: LogThreshold
  package var metadata: Logger.Metadata = [:]
  private let writer: LogWriter

  package init(_ threshold: LogThreshold, writer: LogWriter) {
    self.threshold = threshold
    self.writer = writer
  }

  /// Setting it sets it for all that have the same threshold.
  package var logLevel: Logger.Level {
    get { threshold.level }
    set { threshold.level = newValue }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let time = TextLogHandler.timestamp(SystemClock.wall)
    var line = "\(time) \(event.level.rawValue.uppercased()) \(event.message)"
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(TextLogHandler.quoted("\(value)"))"
    }
    writer.write(line + "\n")
  }

  /// `text`, in quotes where it would not stand out as one word; what could begin a line, or
  /// command a terminal, escaped.
  static func quoted(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0 != "\"" && !isSpecial($0) }
    if isPlain, !text.isEmpty { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case " ": quoted += " "
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where isSpecial(scalar): quoted += "\\u{\(String(scalar.value, radix: 16))}"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
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
