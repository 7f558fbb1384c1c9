import Logging

/// A line for programs: one JSON object. Source: RFC 8259.
extension LogLine {
  func appendJSON(to bytes: inout [UInt8]) {
    bytes += "{\"time\":\"\(LogLine.timestamp(time))\",\"level\":\"\(level.rawValue)\"".utf8
    bytes += ",\"message\":".utf8
    LogLine.append(jsonOf: message, to: &bytes)
    for field in fields {
      bytes += ",".utf8
      LogLine.append(jsonOf: field.name, to: &bytes)
      bytes += ":".utf8
      switch field.value {
      case .text(let text): LogLine.append(jsonOf: text, to: &bytes)
      case .integer, .boolean, .duration: bytes += field.value.description.utf8
      }
    }
    bytes += "}".utf8
  }

  /// What is special is escaped although RFC 8259 asks for less: a line is also read on terminals,
  /// and by programs that take U+2028 for the end of a line.
  static func append(jsonOf text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
      case "\n": bytes += "\\n".utf8
      case "\r": bytes += "\\r".utf8
      case "\t": bytes += "\\t".utf8
      case _ where isSpecial(scalar):
        for unit in scalar.utf16 { append(escaped: unit, to: &bytes) }
      default: bytes += scalar.utf8
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func append(escaped unit: UInt16, to bytes: inout [UInt8]) {
    let digits = String(unit, radix: 16)
    bytes += "\\u".utf8
    bytes += repeatElement(UInt8(ascii: "0"), count: 4 - digits.count)
    bytes += digits.utf8
  }
}
