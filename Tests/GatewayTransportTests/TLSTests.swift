import CTLSClient
import GatewayLoop
import GatewayTransport
import Testing

@Suite struct TLSTests {
  @Test(arguments: [2, 3] as [CInt])
  func `a session is resumed on another worker with the same ticket keys`(
    _ minorVersion: CInt
  ) throws {
    let certificate = try TestCertificate()
    let keys = TLSTicketKeys()
    let workers = try (0..<2).map { _ in
      try FrontFixture(tls: [certificate.settings()], ticketKeys: keys)
    }
    // OpenSSL uses each ticket once.
    let sessions = try (0..<4).map { _ in
      try #require(try client(of: workers[0], minorVersion).session)
    }
    let stranger = try FrontFixture(tls: [certificate.settings()])
    #expect(try !client(of: stranger, minorVersion, resuming: sessions[0]).hasResumed)
    #expect(try client(of: workers[1], minorVersion, resuming: sessions[1]).hasResumed)
    keys.rotate()
    #expect(try client(of: workers[1], minorVersion, resuming: sessions[2]).hasResumed)
    keys.rotate()
    #expect(try !client(of: workers[1], minorVersion, resuming: sessions[3]).hasResumed)
    for session in sessions { ng_tls_session_free(session) }
  }

  @Test func `the first worker renews the ticket keys for all, and no other does`() throws {
    let certificate = try TestCertificate()
    let keys = TLSTicketKeys()
    let settings = TransportSettings(ticketKeyLifetime: .milliseconds(5))
    let other = try FrontFixture(
      settings: settings, tls: [certificate.settings()], ticketKeys: keys, workerIndex: 1)
    let session = try #require(try client(of: other, 2).session)
    defer { ng_tls_session_free(session) }
    for _ in 0..<10 { #expect(try client(of: other, 2, resuming: session).hasResumed) }
    let first = try FrontFixture(
      settings: settings, tls: [certificate.settings()], ticketKeys: keys, workerIndex: 0)
    // Connections take longer than keys live here; the bound is there to fail.
    var attemptCount = 0
    while try client(of: other, 2, resuming: session).hasResumed, attemptCount < 1000 {
      attemptCount += 1
    }
    #expect(attemptCount < 1000)
    withExtendedLifetime(first) {}
  }

  @Test(arguments: [2, 3] as [CInt])
  func `a ticket is good as long as its key is known, and brings no data before the handshake`(
    _ minorVersion: CInt
  ) throws {
    let way: Way = minorVersion == 2 ? .tls12 : .tls13
    let session = try #require(try client(of: way.front(), minorVersion).session)
    defer { ng_tls_session_free(session) }
    #expect(.seconds(Int(ng_tls_session_lifetime(session))) == TransportSettings.ticketLifetime)
    #expect(TransportSettings().ticketKeyLifetime == TransportSettings.ticketLifetime)
    #expect(ng_tls_session_early_data_size(session) == 0)
  }

  @Test func `a client that would shake hands again in the middle is refused`() throws {
    let client = try client(of: Way.tls12.front(), 2)
    #expect(!client.renegotiate())
  }

  /// A connection that has answered a request, so that its tickets have come.
  private func client(
    of worker: FrontFixture, _ minorVersion: CInt,
    resuming session: UnsafeMutablePointer<ng_tls_session>? = nil
  ) throws -> TestSocket {
    let socket = try TestSocket(port: worker.port)
    try socket.startTLS(minorVersion: minorVersion, resuming: session)
    try socket.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: socket).body == "GET /a ")
    return socket
  }

  @Test func `a lowest version of 1.3 keeps 1.2 out`() throws {
    let certificate = try TestCertificate()
    let fixture = try FrontFixture(tls: [certificate.settings(.tls13)])
    #expect(throws: TestFailure.self) {
      try TestSocket(port: fixture.port).startTLS(minorVersion: 2)
    }
    try TestSocket(port: fixture.port).startTLS(minorVersion: 3)
  }

  @Test func `a client that would speak HTTP 2 is told to speak HTTP 1.1`() throws {
    let fixture = try Way.tls13.front()
    #expect(try Way.tls13.connect(to: fixture).tlsProtocol == "http/1.1")
  }

  @Test func `a client that does not speak TLS is cut off, and others are served`() throws {
    let fixture = try Way.tls13.front()
    let client = try TestSocket(port: fixture.port)
    try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    let answer = try client.receiveRest()
    #expect(!answer.starts(with: "HTTP".utf8))
    let other = try Way.tls13.connect(to: fixture)
    try other.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: other).status == 200)
  }

  private typealias Unusable = (
    certificate: String, key: String, culprit: TLSCertificateError.File, problem: String
  )

  /// `DIR` is where the files are.
  private static let unusable: [Unusable] = [
    (
      "missing.pem", "key.pem", .certificate,
      "\"DIR/missing.pem\" cannot be read: No such file or directory; expected a PEM certificate "
        + "and its chain"
    ),
    (
      "empty.pem", "key.pem", .certificate,
      "\"DIR/empty.pem\" has no certificate in it; expected a PEM certificate and its chain"
    ),
    (
      "key.pem", "key.pem", .certificate,
      "\"DIR/key.pem\" has a private key and no certificate in it; expected a PEM certificate and "
        + "its chain"
    ),
    (
      "certificate.pem", "missing.pem", .privateKey,
      "\"DIR/missing.pem\" cannot be read: No such file or directory; expected a PEM private key"
    ),
    (
      "certificate.pem", "empty.pem", .privateKey,
      "\"DIR/empty.pem\" has no private key in it; expected a PEM private key"
    ),
    (
      "certificate.pem", "certificate.pem", .privateKey,
      "\"DIR/certificate.pem\" has a certificate and no private key in it; expected a PEM private "
        + "key"
    ),
    (
      "certificate.pem", "encrypted.pem", .privateKey,
      "\"DIR/encrypted.pem\" is encrypted with a passphrase; expected a PEM private key without one"
    ),
    (
      "certificate.pem", "other-kind.pem", .privateKey,
      "\"DIR/other-kind.pem\" is not the key of the certificate in \"DIR/certificate.pem\"; "
        + "expected the private key that it was made with"
    ),
    (
      "certificate.pem", "other.pem", .privateKey,
      "\"DIR/other.pem\" is not the key of the certificate in \"DIR/certificate.pem\"; "
        + "expected the private key that it was made with"
    ),
  ]

  @Test func `what keeps a certificate from being used is said`() throws {
    let certificate = try TestCertificate()
    let keys = TLSTicketKeys()
    for (file, key, culprit, problem) in TLSTests.unusable {
      let settings = certificate.settings(certificate: file, key: key)
      let said = settings.problem(ticketKeys: keys)
      let whole = problem.replacing("DIR", with: certificate.directory)
      #expect(said == whole, "\(file), \(key)")
      let error = #expect(throws: TLSCertificateError.self) { try TLSCertificate(settings) }
      #expect(error?.description == whole)
      #expect(error?.file == culprit)
      let loop = Loop()
      do {
        _ = try Front(
          loop: loop, workerIndex: 0, settings: TransportSettings(), tls: [settings],
          ticketKeys: keys)
        Issue.record("a front was made with \(file), \(key)")
      } catch {
        #expect(error.description == said)
      }
    }
    #expect(certificate.settings().problem(ticketKeys: keys) == nil)
  }
}
