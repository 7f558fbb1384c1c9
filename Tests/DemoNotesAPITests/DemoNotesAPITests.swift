import DemoNotesAPI
import GatewayTokens
import GatewayTypes
import GatewayWire
import Testing

/// The demo over sockets.
@Suite struct DemoNotesAPITests {
  private let demo: DemoNotesAPI

  init() throws {
    let secret = try HMACSecret([UInt8](repeating: 7, count: 32))
    demo = try DemoNotesAPI(secret: secret, user: try #require(UserID("demo")))
  }

  private func ask(
    _ method: String, _ path: String, token: String? = nil, body: String = ""
  ) throws -> String {
    let fields = token.map { ["Authorization: Bearer \($0)"] } ?? []
    return try TestClient(port: demo.port).ask(method, path, fields: fields, body: body)
  }

  /// The page's token.
  private func token() throws -> String {
    let answer = try ask("GET", "/demo/session")
    let body = try #require(answer.split(separator: "\r\n\r\n", maxSplits: 1).last)
    return try #require(try JSONDocument(Array(body.utf8)).root["token"]?.string)
  }

  @Test func `it serves the page, the session and the notes`() throws {
    try demo.start()
    let page = try ask("GET", "/")
    #expect(page.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"))
    #expect(page.contains("Content-Security-Policy: default-src 'none'"))
    #expect(page.contains("<title>notes-gateway demo</title>"))
    #expect(page.hasSuffix("</html>\n"))

    let token = try token()
    #expect(try ask("POST", "/api/notes", body: "{}").hasPrefix("HTTP/1.1 401 "))
    let made = try ask("POST", "/api/notes", token: token, body: #"{"id":"a","title":"é"}"#)
    #expect(made.hasPrefix("HTTP/1.1 201 Created\r\n"))
    #expect(made.contains(#"{"id":"a","title":"é","content":"","#))
    let gone = try ask("DELETE", "/api/notes/a", token: token)
    #expect(gone.hasPrefix("HTTP/1.1 204 "))
    #expect(gone.hasSuffix("\r\n\r\n"))
  }

  @Test func `a body that is too large is refused unread`() throws {
    try demo.start()
    let client = try TestClient(port: demo.port)
    try client.send(
      "PUT /api/notes/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(try token())\r\n"
        + "Content-Length: \(DemoSite.bodySizeMax + 1)\r\n\r\n")
    #expect(try client.receiveRest().hasPrefix("HTTP/1.1 413 "))
  }

  @Test func `requests on one connection are answered in order`() throws {
    try demo.start()
    let client = try TestClient(port: demo.port)
    try client.send("PUT /api/notes/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
    let rest = try client.ask("GET", "/nothing")
    #expect(rest.hasPrefix("HTTP/1.1 401 "))
    #expect(rest.contains("\r\n\r\n{\"error\":\"A bearer token is needed\"}HTTP/1.1 404 "))
  }

  private static let namesOfTwo: [(fields: [String], status: Int)] = [
    (["Host: localhost:1"], 200),
    (["Host: 127.0.0.1", "X-Forwarded-Host: localhost:8080"], 200),
    (["Host: 127.0.0.1", "x-forwarded-host: 127.0.0.1:8080"], 200),
    // A site's name was made to point to the gateway, or to this API.
    (["Host: 127.0.0.1", "X-Forwarded-Host: evil.example:8080"], 403),
    (["Host: evil.example"], 403),
    // The script on the site's page writes a field of its own.
    (["Host: evil.example", "X-Forwarded-Host: localhost"], 403),
    (["X-Forwarded-Host: localhost", "Host: evil.example"], 403),
    (["Host: 127.0.0.1", "X-Forwarded-Host: localhost, evil.example"], 403),
    (["Host: 127.0.0.1", "X-Forwarded-Host: localhost", "X-Forwarded-Host: evil.example"], 403),
    (["Host: 127.0.0.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Host: localhost"], 403),
    (["Host: 127.0.0.1", "X-Forwarded-Host:"], 403),
  ]

  @Test(arguments: namesOfTwo)
  func `the session is for who came by a name of loopback all the way`(
    fields: [String], status: Int
  ) throws {
    try demo.start()
    let client = try TestClient(port: demo.port)
    let lines = ["GET /demo/session HTTP/1.1"] + fields + ["Connection: close", "", ""]
    try client.send(lines.joined(separator: "\r\n"))
    let answer = try client.receiveRest()
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
    #expect(answer.contains(#""token":""#) == (status == 200))
  }

  @Test func `a port that is taken is said to be`() throws {
    let secret = try HMACSecret([UInt8](repeating: 7, count: 32))
    let user = try #require(UserID("demo"))
    let other = try OtherProgram()
    let error = #expect(throws: DemoError.self) {
      try DemoNotesAPI(secret: secret, user: user, port: other.port)
    }
    #expect(
      error?.description
        == "the demo's API cannot listen on 127.0.0.1:\(other.port): Address already in use")
  }

  @Test func `an upgrade is refused, for the gateway is elsewhere`() throws {
    try demo.start()
    let answer = try TestClient(port: demo.port).ask(
      "GET", "/ws",
      fields: [
        "Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ])
    #expect(answer.hasPrefix("HTTP/1.1 404 "))
  }

  @Test func `it stops with connections open, and only once`() throws {
    try demo.start()
    let client = try TestClient(port: demo.port)
    try client.send("GET / HTTP/1.1\r\n")
    demo.stop()
    demo.stop()
    #expect(try client.receiveRest() == "")
    #expect(throws: TestClientError.self) { try TestClient(port: demo.port) }
  }

  @Test func `one that was never started gives its port back`() throws {
    demo.stop()
    #expect(throws: TestClientError.self) { try TestClient(port: demo.port) }
  }
}
