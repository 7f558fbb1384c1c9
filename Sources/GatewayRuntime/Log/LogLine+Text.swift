import Logging

/// A line for people: time, level, message, then the fields.
extension LogLine {
  func appendText(to bytes: inout [UInt8], _ destination: LogDestination) {
    // The journal notes the time itself.
    var line = destination == .journal ? "" : "\(LogLine.timestamp(time)) "
    let word = level.rawValue.uppercased()
    line += destination == .terminal(isColoured: true) ? "\(level.colour)\(word)\u{1b}[0m" : word
    line += " \(message)"
    for field in fields { line += " \(field.name)=\(LogLine.quoted(field.value.description))" }
    bytes += line.utf8
  }

  /// `text`, in quotes where it would not stand out as one word; what could begin a line, or
  /// command a terminal, escaped.
  static func quoted(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && !isSpecial($0) }
    if isPlain, !text.isEmpty { return text }
    var quoted = "\"".unicodeScalars
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        quoted.append("\\")
        quoted.append(scalar)
      case _ where isSpecial(scalar):
        quoted.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      default: quoted.append(scalar)
      }
    }
    quoted.append("\"")
    return String(quoted)
  }
}

extension Logger.Level {
  /// Makes what follows stand out on a terminal. Source: ECMA-48, SGR.
  fileprivate var colour: String {
    switch self {
    case .critical, .error: "\u{1b}[31m"
    case .warning: "\u{1b}[33m"
    case .notice: "\u{1b}[36m"
    case .info: "\u{1b}[32m"
    case .debug, .trace: "\u{1b}[2m"
    }
  }
}
