import GatewayLoop
import Synchronization

/// A sum that several threads look at.
final class Counted: Sendable {
  private let state = Mutex((total: 0, hasPaused: false))

  var total: Int { state.withLock { $0.total } }

  func add(_ size: Int) {
    state.withLock { $0.total += size }
  }

  /// True the first time.
  func pauseOnce() -> Bool {
    state.withLock { state in
      defer { state.hasPaused = true }
      return !state.hasPaused
    }
  }
}

/// Sends bytes on a thread of its own.
///
/// Safe because: nobody else sends on the socket until `join`.
final class Sender: @unchecked Sendable {
  private let socket: TestSocket
  private let bytes: [UInt8]
  private var thread: OSThread?

  init(_ socket: TestSocket, _ bytes: [UInt8]) {
    self.socket = socket
    self.bytes = bytes
    thread = OSThread(name: "sender") { [self] in
      do {
        try self.socket.send(self.bytes)
      } catch {
        // The reader finds out that bytes are missing.
      }
    }
  }

  func join() {
    thread?.join()
    thread = nil
  }
}
