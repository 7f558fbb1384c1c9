import GatewayTransport
import GatewayWire
import Testing

@Suite struct HTTPTests {
  @Test func `a request is answered and the connection kept for the next`() throws {
    let fixture = try FrontFixture()
    let client = try TestSocket(port: fixture.port)
    for path in ["/a", "/b"] {
      try client.send("GET \(path) HTTP/1.1\r\nHost: example.test\r\n\r\n")
      let answer = try TestResponse(from: client)
      #expect(answer.status == 200)
      #expect(answer.body == "GET \(path) ")
    }
  }

  /// libwebsockets' own HTTP server spins for ever on these bytes.
  @Test func `a request with a body behind another one in one packet is answered too`() throws {
    let fixture = try FrontFixture()
    let client = try TestSocket(port: fixture.port)
    try client.send(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    )
    #expect(try TestResponse(from: client).body == "GET /a ")
    #expect(try TestResponse(from: client).body == "PUT /b hello")
    let other = try TestSocket(port: fixture.port)
    try other.send("GET /c HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: other).body == "GET /c ")
  }
}
