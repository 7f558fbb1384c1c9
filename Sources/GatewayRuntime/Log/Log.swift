import GatewayLoop
import GatewayTypes
import Logging

/// Says what happens, one line an event: a fixed text and fields.
///
/// A token, a secret or a note's content is never among the fields. What a client says is, cut to
/// `LogValue.sizeMax`. A line that is not written costs two loads: its fields are not made. Thread:
/// any.
package struct Log: Sendable {
  private let logger: Logger
  private let writer: LogWriter

  package init(_ writer: LogWriter) {
    self.writer = writer
    logger = Logger(label: "notes-gateway") { _ in GatewayLogHandler(writer) }
  }

  /// Values of fields, made only when the line is written.
  package typealias Fields = KeyValuePairs<LogKey, any Loggable>

  package func trace(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
    log(.trace, message, fields)
  }

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

  /// The gateway can't go on, or not begin.
  package func critical(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
    log(.critical, message, fields)
  }

  private func log(_ level: Logger.Level, _ message: StaticString, _ fields: () -> Fields) {
    guard writer.settings.writes(level) else { return }
    var metadata: Logger.Metadata = [:]
    for field in fields().lazy.compactMap(Log.field) {
      metadata[field.name] = .stringConvertible(field.value)
    }
    logger.log(level: level, "\(message)", metadata: metadata)
  }

  private static func field(_ key: LogKey, _ value: any Loggable) -> LogLine.Field? {
    value.logValue.map { LogLine.Field(name: key.rawValue, value: $0.shortened) }
  }
}

/// Lines that others can bring about as often as they like. One is written at once where nothing of
/// its kind was said within a second. Those that follow are counted, and told together when the
/// second is over, with the fields of the first of them.
extension Log {
  func notice(_ message: StaticString, as kind: LogKind, _ fields: @autoclosure () -> Fields) {
    log(.notice, message, as: kind, fields)
  }

  func warning(_ message: StaticString, as kind: LogKind, _ fields: @autoclosure () -> Fields) {
    log(.warning, message, as: kind, fields)
  }

  func error(_ message: StaticString, as kind: LogKind, _ fields: @autoclosure () -> Fields) {
    log(.error, message, as: kind, fields)
  }

  private func log(
    _ level: Logger.Level, _ message: StaticString, as kind: LogKind, _ fields: () -> Fields
  ) {
    guard writer.settings.writes(level) else { return }
    switch writer.pass(kind) {
    case .write: log(level, message, fields)
    case .keep:
      writer.keep(
        LogLine(
          time: SystemClock.wall, level: level, message: "\(message)",
          fields: fields().compactMap(Log.field)),
        as: kind)
    case .count: break
    }
  }
}
