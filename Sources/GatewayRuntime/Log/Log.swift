package import Logging

/// Says what happens, one line an event: a fixed text and fields.
///
/// A token, a secret or a note's content is never among the fields. What a client says is, cut to
/// `valueSizeMax`: it must not be able to fill the log with few requests. Thread: any.
package struct Log: Sendable {
  /// The most bytes of a field's value.
  static let valueSizeMax = 1024

  private let logger: Logger

  package init(_ logger: Logger) {
    self.logger = logger
  }

  /// A value of a field, made only when the line is written.
  package typealias Fields = KeyValuePairs<LogKey, any CustomStringConvertible>

  package func debug(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
    log(.debug, message, fields)
  }

  package func info(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
    log(.info, message, fields)
  }

  package func notice(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
    log(.notice, message, fields)
  }

  package func warning(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
    log(.warning, message, fields)
  }

  package func error(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
    log(.error, message, fields)
  }

  private func log(_ level: Logger.Level, _ message: StaticString, _ fields: () -> Fields) {
    guard level >= logger.logLevel else { return }
    var metadata: Logger.Metadata = [:]
    for (key, value) in fields() {
      metadata[key.rawValue] = .string(Log.shortened(value.description))
    }
    logger.log(level: level, "\(message)", metadata: metadata)
  }

  /// As many whole characters of `text` as fit, and a mark where some do not.
  static func shortened(_ text: String) -> String {
    guard text.utf8.count > valueSizeMax else { return text }
    var end = text.unicodeScalars.startIndex
    var size = 0
    for scalar in text.unicodeScalars {
      size += UTF8.width(scalar)
      guard size <= valueSizeMax else { break }
      end = text.unicodeScalars.index(after: end)
    }
    return String(text.unicodeScalars[..<end]) + "…"
  }
}
