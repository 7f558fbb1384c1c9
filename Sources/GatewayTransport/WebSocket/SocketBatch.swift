import CWebSockets

/// The connections that are written to next, and where: a table that is filled again and again.
struct SocketBatch: ~Copyable {
  let capacity = 32
  /// Filled by the caller, before `find`.
  let connections: UnsafeMutablePointer<UnsafeMutablePointer<ng_ws_connection>?>
  private let sockets: UnsafeMutablePointer<CInt>

  init() {
    connections = .allocate(capacity: capacity)
    connections.initialize(repeating: nil, count: capacity)
    sockets = .allocate(capacity: capacity)
    sockets.initialize(repeating: -1, count: capacity)
  }

  deinit {
    connections.deallocate()
    sockets.deallocate()
  }

  /// Looks up the sockets of the first `count`, at most `capacity`.
  func find(_ count: Int) {
    ng_ws_find_sockets(connections, count, sockets)
  }

  /// The socket of a connection, or -1 when it is to be written to in another way.
  subscript(index: Int) -> CInt { sockets[index] }
}
