import GatewayTransport
import GatewayWire
import Testing

@Suite struct HTTPTests {
  @Test(arguments: Way.allCases)
  func `a request is answered and the connection kept for the next`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.connect(to: fixture)
    for path in ["/a", "/b"] {
      try client.send("GET \(path) HTTP/1.1\r\nHost: example.test\r\n\r\n")
      let answer = try TestResponse(from: client)
      #expect(answer.status == 200)
      #expect(answer.body == "GET \(path) ")
    }
  }

  /// libwebsockets' own HTTP server spins for ever on these bytes.
  @Test(arguments: Way.allCases)
  func `a request with a body behind another one in one packet is answered too`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.connect(to: fixture)
    try client.send(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    )
    #expect(try TestResponse(from: client).body == "GET /a ")
    #expect(try TestResponse(from: client).body == "PUT /b hello")
    let other = try way.connect(to: fixture)
    try other.send("GET /c HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: other).body == "GET /c ")
  }
}
