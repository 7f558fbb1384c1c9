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

  /// Why one can't listen there now; nil when one can. Nothing listens for that.
  package static func probe(address: String, port: UInt16, isShared: Bool) -> ListenError? {
    error(of: ng_probe_tcp(address, port, isShared ? 1 : 0))
  }

  /// The same of a UNIX socket. The file of one that nobody listens on any more is removed.
  package static func probe(path: String) -> ListenError? {
    error(of: ng_probe_unix(path))
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

  /// Makes a listening stream socket that another program has opened one that a loop can use, and
  /// says where it listens. -EINVAL for anything else.
  package static func take(_ descriptor: CInt) throws(ListenError) -> Inherited {
    var native = ng_listen_address()
    _ = try checked(ng_take_listener(descriptor, &native))
    if Int(native.address.family) == NG_FAMILY_UNIX {
      let path = withUnsafeBytes(of: native.path) { Array($0.prefix { $0 != 0 }) }
      return .unix(path: String(decoding: path, as: UTF8.self))
    }
    let family = Int(native.address.family) == NG_FAMILY_IPV4 ? AF_INET : AF_INET6
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let isText = withUnsafeBytes(of: native.address.bytes) { bytes in
      inet_ntop(family, bytes.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN)) != nil
    }
    precondition(isText, "an address of a socket has a text")
    let characters = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return .ip(String(decoding: characters, as: UTF8.self), port: native.address.port)
  }

  /// Where a socket listens that was opened by another program.
  package enum Inherited: Hashable, Sendable {
    /// A literal address.
    case ip(String, port: UInt16)
    /// An empty path where it has none.
    case unix(path: String)
  }

  package static func close(_ descriptor: CInt) {
    ng_close(descriptor)
  }

  package static func removeFile(at path: String) {
    unlink(path)
  }

  private static func error(of result: CInt) -> ListenError? {
    result < 0 ? ListenError(number: -result) : nil
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
