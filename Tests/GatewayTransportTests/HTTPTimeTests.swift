import GatewayTransport
import Testing

@Suite struct HTTPTimeTests {
  private static let short = TransportSettings(
    headerTimeout: .milliseconds(80), bodyTimeout: .milliseconds(80),
    idleTimeout: .milliseconds(80))

  @Test(arguments: Way.allCases)
  func `a head that takes too long is answered with 408`(_ way: Way) throws {
    let fixture = try way.front(HTTPTimeTests.short)
    let client = try way.connect(to: fixture)
    try client.send("GET /a HTTP/1.1\r\nHost: h\r\n")
    let answer = try TestResponse(from: client)
    #expect(answer.status == 408)
    #expect(answer.field("Connection") == "close")
    #expect(try client.receiveRest() == [])
  }

  @Test(arguments: Way.allCases)
  func `a connection without a request is closed without a word`(_ way: Way) throws {
    let fixture = try way.front(HTTPTimeTests.short)
    let client = try way.connect(to: fixture)
    #expect(try client.receiveRest() == [])
  }

  @Test func `a TLS handshake that takes too long is cut off`() throws {
    let fixture = try Way.tls13.front(HTTPTimeTests.short)
    let client = try TestSocket(port: fixture.port)
    // The beginning of a ClientHello.
    try client.send([0x16, 0x03, 0x01])
    #expect(try client.receiveRest() == [])
  }

  @Test(arguments: Way.allCases)
  func `a kept connection is closed when no other request comes`(_ way: Way) throws {
    let fixture = try way.front(HTTPTimeTests.short)
    let client = try way.connect(to: fixture)
    try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: client).status == 200)
    #expect(try client.receiveRest() == [])
  }

  @Test(arguments: Way.allCases)
  func `a body that takes too long is answered with 408`(_ way: Way) throws {
    let fixture = try way.front(HTTPTimeTests.short)
    let client = try way.connect(to: fixture)
    try client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell")
    #expect(try TestResponse(from: client).status == 408)
    #expect(try client.receiveRest() == [])
  }
}
