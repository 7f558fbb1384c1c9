import GatewayTypes

/// The value of a field of a log line, with its type kept until it is written.
package enum LogValue: Hashable, Sendable {
  case text(String)
  case integer(Int64)
  case boolean(Bool)
  /// Written in milliseconds, to the microsecond.
  case duration(Duration)
}

extension LogValue: CustomStringConvertible {
  /// As text, without quotes. Numbers look the same in JSON.
  package var description: String {
    switch self {
    case .text(let text): return text
    case .integer(let number): return String(number)
    case .boolean(let isTrue): return isTrue ? "true" : "false"
    case .duration(let duration):
      let microseconds = max(0, duration.wholeNanoseconds / 1000)
      return "\(microseconds / 1000).\(String(1000 + microseconds % 1000).dropFirst())"
    }
  }
}

extension LogValue {
  /// The most bytes of a text.
  static let sizeMax = 1024

  /// The same; of a text as many whole characters as fit, and a mark where some do not: a client
  /// must not be able to fill the log with few requests.
  var shortened: LogValue {
    if case .text(let text) = self, text.utf8.count > LogValue.sizeMax {
      return .text(LogValue.shortened(text))
    }
    return self
  }

  static func shortened(_ text: String) -> String {
    guard text.utf8.count > sizeMax else { return text }
    var end = text.unicodeScalars.startIndex
    var size = 0
    for scalar in text.unicodeScalars {
      size += UTF8.width(scalar)
      guard size <= sizeMax else { break }
      end = text.unicodeScalars.index(after: end)
    }
    return String(text.unicodeScalars[..<end]) + "…"
  }
}
