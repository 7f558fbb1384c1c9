import GatewayLoop
import Logging

/// Hands the lines of swift-log on to the writer, with the types of their fields.
struct GatewayLogHandler: LogHandler {
  private let writer: LogWriter
  var metadata: Logger.Metadata = [:]

  init(_ writer: LogWriter) {
    self.writer = writer
  }

  /// Setting it sets it for all that have the same writer.
  var logLevel: Logger.Level {
    get { writer.settings.level }
    set { writer.settings.level = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let fields = all.sorted { $0.key < $1.key }.map { name, value in
      LogLine.Field(name: name, value: GatewayLogHandler.value(value))
    }
    writer.write(
      LogLine(
        time: SystemClock.wall, level: event.level, message: event.message.description,
        fields: fields))
  }

  private static func value(_ value: Logger.Metadata.Value) -> LogValue {
    if case .stringConvertible(let value as LogValue) = value { return value }
    return LogValue.text(value.description).shortened
  }
}
