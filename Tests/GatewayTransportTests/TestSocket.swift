import CTLSClient
import Glibc

/// A blocking connection of a test that is a client, plain or through TLS. Reads give up after a
/// while, so that no test hangs.
final class TestSocket {
  private let descriptor: CInt
  private var tls: UnsafeMutablePointer<ng_tls_client>?
  private var unread: [UInt8] = []

  /// Connects to a port of the loopback interface. `receiveBufferSize` makes a client that can be
  /// overrun with few bytes.
  init(port: UInt16, receiveBufferSize: CInt? = nil) throws {
    descriptor = TestSocket.unconnected()
    if var size = receiveBufferSize {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }
    var on: CInt = 1
    setsockopt(
      descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    let result = TestSocket.withLoopback(port: port) { connect(descriptor, $0, $1) }
    guard result == 0 else { throw TestFailure("connect: \(errno)") }
  }

  private static func unconnected() -> CInt {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  /// Begins to connect to a port of the loopback interface.
  init(connectingTo port: UInt16) throws {
    descriptor = TestSocket.unconnected()
    let flags = fcntl(descriptor, F_GETFL)
    guard fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw TestFailure("fcntl: \(errno)")
    }
    let result = TestSocket.withLoopback(port: port) { connect(descriptor, $0, $1) }
    guard result == 0 || errno == EINPROGRESS else { throw TestFailure("connect: \(errno)") }
    guard fcntl(descriptor, F_SETFL, flags) == 0 else { throw TestFailure("fcntl: \(errno)") }
  }

  /// Waits until one that has begun to connect is connected.
  func isConnected(withinMs patienceMs: CInt) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return Glibc.poll(&poll, 1, patienceMs) == 1 && Int32(poll.revents) == POLLOUT
  }

  /// Connects to a UNIX socket.
  init(path: String) throws {
    descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw TestFailure("connect: \(errno)") }
  }

  deinit {
    if let tls { ng_tls_client_free(tls) }
    close(descriptor)
  }

  /// Begins TLS 1.`minorVersion`, resuming `session`.
  func startTLS(
    minorVersion: CInt = 3, resuming session: UnsafeMutablePointer<ng_tls_session>? = nil
  ) throws {
    var options = ng_tls_client_options(minor_version: minorVersion, session: session)
    tls = ng_tls_client_new(descriptor, &options)
    guard tls != nil else { throw TestFailure("no TLS handshake") }
  }

  var hasResumed: Bool { tls.map { ng_tls_client_has_resumed($0) != 0 } ?? false }
  /// Whether the server lets the client shake hands once more.
  func renegotiate() -> Bool { tls.map { ng_tls_client_renegotiate($0) == 0 } ?? false }
  var tlsProtocol: String { tls.map { String(cString: ng_tls_client_protocol($0)) } ?? "" }
  /// What the next connection can resume; the caller frees it.
  var session: UnsafeMutablePointer<ng_tls_session>? { tls.flatMap { ng_tls_client_session($0) } }

  func send(_ bytes: [UInt8]) throws {
    if let tls {
      guard ng_tls_client_write(tls, bytes, bytes.count) == 0 else {
        throw TestFailure("TLS broke while sending")
      }
      return
    }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw TestFailure("send: \(errno)") }
      sent += count
    }
  }

  func send(_ text: String) throws {
    try send(Array(text.utf8))
  }

  /// At least one byte, or none at the end of the stream.
  func receiveSome() throws -> [UInt8] {
    if !unread.isEmpty {
      defer { unread = [] }
      return unread
    }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count =
      tls.map { ng_tls_client_read($0, &buffer, buffer.count) }
      ?? recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw TestFailure("recv: \(errno)") }
    return Array(buffer[..<count])
  }

  /// Exactly `count` bytes.
  func receive(_ count: Int) throws -> [UInt8] {
    var received: [UInt8] = unread
    unread = []
    while received.count < count {
      let some = try receiveSome()
      guard !some.isEmpty else { throw TestFailure("the stream ended") }
      received += some
    }
    unread = Array(received[count...])
    return Array(received[..<count])
  }

  /// All up to the end of the stream. A connection that is reset ends too.
  func receiveRest() throws -> [UInt8] {
    var received: [UInt8] = []
    while true {
      do {
        let some = try receiveSome()
        if some.isEmpty { return received }
        received += some
      } catch {
        if errno == ECONNRESET { return received }
        throw error
      }
    }
  }

  /// All up to and including `end`.
  func receive(upTo end: String) throws -> String {
    var received: [UInt8] = []
    let pattern = Array(end.utf8)
    while received.count < pattern.count || Array(received.suffix(pattern.count)) != pattern {
      received += try receive(1)
    }
    return text(received)
  }

  /// Says that nothing more will be sent.
  func endOutput() {
    if let tls { return ng_tls_client_end_output(tls) }
    shutdown(descriptor, CInt(SHUT_WR))
  }

  /// Makes the end of the connection a reset.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Ends the connection at once, both ways.
  func cut() {
    shutdown(descriptor, CInt(SHUT_RDWR))
  }

  // MARK: Listening

  /// A listening socket on a free port of the loopback interface.
  static func listen() throws -> CInt {
    let flags = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_INET, flags, 0)
    let result = withLoopback(port: 0) { bind(descriptor, $0, $1) }
    guard result == 0, Glibc.listen(descriptor, 1024) == 0 else {
      throw TestFailure("listen: \(errno)")
    }
    return descriptor
  }

  static func port(of descriptor: CInt) -> UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &size)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func withLoopback(
    port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
