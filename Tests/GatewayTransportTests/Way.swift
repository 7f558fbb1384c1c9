import GatewayTransport
import Testing

/// The ways in which a client can be connected. What is true of one must be true of the others.
enum Way: CaseIterable, Sendable {
  case plain
  case tls12
  case tls13

  /// A front that is to be reached so.
  func front(
    _ settings: TransportSettings = TransportSettings(),
    answer: @escaping FrontFixture.Answer = FrontFixture.echo
  ) throws -> FrontFixture {
    switch self {
    case .plain:
      return try FrontFixture(settings: settings, answer: answer)
    case .tls12, .tls13:
      // The files are read before this returns.
      let certificate = try TestCertificate()
      return try withExtendedLifetime(certificate) {
        try FrontFixture(settings: settings, tls: [certificate.settings()], answer: answer)
      }
    }
  }

  func connect(to fixture: FrontFixture, receiveBufferSize: CInt? = nil) throws -> TestSocket {
    let socket = try TestSocket(port: fixture.port, receiveBufferSize: receiveBufferSize)
    try begin(on: socket)
    return socket
  }

  /// Goes on from where a socket is connected.
  func begin(on socket: TestSocket) throws {
    switch self {
    case .plain: break
    case .tls12: try socket.startTLS(minorVersion: 2)
    case .tls13: try socket.startTLS(minorVersion: 3)
    }
  }

  func webSocket(to fixture: FrontFixture, receiveBufferSize: CInt? = nil) throws -> TestWebSocket {
    try TestWebSocket(connect(to: fixture, receiveBufferSize: receiveBufferSize))
  }
}
