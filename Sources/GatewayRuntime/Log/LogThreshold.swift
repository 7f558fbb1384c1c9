package import Logging
import Synchronization

/// The lowest level that is logged, which may change. Thread: any.
package final class LogThreshold: Sendable {
  private let index: Atomic<Int>

  package init(_ level: Logger.Level) {
    index = Atomic(LogThreshold.index(of: level))
  }

  package var level: Logger.Level {
    get { Logger.Level.allCases[index.load(ordering: .relaxed)] }
    set { index.store(LogThreshold.index(of: newValue), ordering: .relaxed) }
  }

  private static func index(of level: Logger.Level) -> Int {
    guard let index = Logger.Level.allCases.firstIndex(of: level) else {
      preconditionFailure("a level is one of all levels")
    }
    return index
  }
}
