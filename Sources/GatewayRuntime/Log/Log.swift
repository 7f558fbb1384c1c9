package import Logging

/// Says what happens, one line an event: a fixed text and fields.
///
/// A token, a secret or a note's content is never among the fields. Thread: any.
package struct Log: Sendable {
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
      metadata[key.rawValue] = .string(value.description)
    }
    logger.log(level: level, "\(message)", metadata: metadata)
  }
}
