package import GatewayConfiguration
import Logging
import Synchronization

/// What of the log may change while it is written: the lowest level, and the format. Thread: any.
package final class LogSettings: Sendable {
  private let levelIndex: Atomic<Int>
  private let isJSON: Atomic<Bool>

  package init(_ level: LogLevel, _ format: LogFormat) {
    levelIndex = Atomic(LogSettings.index(of: Logger.Level(level)))
    isJSON = Atomic(format == .json)
  }

  /// The lowest level that is written.
  var level: Logger.Level {
    get { Logger.Level.allCases[levelIndex.load(ordering: .relaxed)] }
    set { levelIndex.store(LogSettings.index(of: newValue), ordering: .relaxed) }
  }

  var format: LogFormat {
    get { isJSON.load(ordering: .relaxed) ? .json : .text }
    set { isJSON.store(newValue == .json, ordering: .relaxed) }
  }

  /// Whether lines of `level` are written. Two loads: cheap enough for every message.
  func writes(_ level: Logger.Level) -> Bool {
    LogSettings.index(of: level) >= levelIndex.load(ordering: .relaxed)
  }

  private static func index(of level: Logger.Level) -> Int {
    switch level {
    case .trace: 0
    case .debug: 1
    case .info: 2
    case .notice: 3
    case .warning: 4
    case .error: 5
    case .critical: 6
    }
  }
}

extension Logger.Level {
  init(_ level: LogLevel) {
    self =
      switch level {
      case .trace: .trace
      case .debug: .debug
      case .info: .info
      case .notice: .notice
      case .warning: .warning
      case .error: .error
      case .critical: .critical
      }
  }
}
