import CLoop
import Glibc

/// Opens the sockets that a gateway listens on. Descriptors are the caller's.
package enum ListeningSocket {
  /// Connections that the kernel keeps until they are accepted, if its own limit is not lower.
  private static let backlog: CInt = 4096

  /// Listens on a literal IP address; port 0 picks a free one. Several that all say `isShared` may
  /// listen on one port.
  package static func open(
    address: String, port: UInt16, isShared: Bool = true
  ) throws(ListenError) -> CInt {
    try checked(ng_listen_tcp(address, port, isShared ? 1 : 0, backlog))
  }

  /// Listens on a UNIX socket; one that nobody listens on any more is replaced.
  package static func open(path: String) throws(ListenError) -> CInt {
    try checked(ng_listen_unix(path, backlog))
  }

  /// Another descriptor of the same socket.
  package static func duplicate(_ descriptor: CInt) throws(ListenError) -> CInt {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    return try checked(copy < 0 ? -errno : copy)
  }

  /// The local port, 0 for a UNIX socket.
  package static func port(of descriptor: CInt) -> UInt16 {
    ng_socket_port(descriptor)
  }

  package static func close(_ descriptor: CInt) {
    ng_close(descriptor)
  }

  package static func removeFile(at path: String) {
    unlink(path)
  }

  private static func checked(_ result: CInt) throws(ListenError) -> CInt {
    guard result >= 0 else { throw ListenError(number: -result) }
    return result
  }
}

/// Why a socket can't be listened on.
package struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The errno.
  package let number: CInt

  package var description: String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }
}
