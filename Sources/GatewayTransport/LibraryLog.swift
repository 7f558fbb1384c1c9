import CWebSockets
import GatewayLoop

/// What libwebsockets has to say for itself.
package enum LibraryLog {
  package enum Level: Hashable, Sendable {
    case error
    case warning
  }

  package typealias Sink = @Sendable (Level, String) -> Void

  /// The library knows one function for the whole process, and no context with it.
  private static let sink = Guarded<Sink?>(nil)

  /// From now on `sink` gets each line, on whatever thread it comes up. Before the first front.
  package static func send(to sink: @escaping Sink) {
    LibraryLog.sink.withLock { $0 = sink }
    ng_server_set_log { level, line in
      let sink = LibraryLog.sink.withLock { $0 }
      sink?(level == .NG_LOG_ERROR ? .error : .warning, String(cString: line))
    }
  }
}
