import GatewayWire
import Testing

/// RFC 6455 section 4.2.1: which requests become WebSocket connections.
@Suite struct WebSocketUpgradeTests {
  private static let key = "dGhlIHNhbXBsZSBub25jZQ=="

  @Test func `the handshake of RFC 6455 is well formed, with its key`() throws {
    let upgrade = Self.upgrade()
    let key = try #require(WebSocketKey(utf8(Self.key)[...]))
    #expect(upgrade == .wellFormed(key))
    #expect(key.bytes.equals(Self.key))
  }

  @Test(arguments: [
    (["Upgrade": "WebSocket"], "letters of either case"),
    (["Upgrade": "h2c, websocket"], "one of several"),
    (["Connection": "keep-alive, Upgrade"], "one of several options"),
    (["Content-Length": "0"], "a body of no bytes"),
    (["Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="], "sixteen zeros"),
    (["Sec-WebSocket-Key": "+/+/+/+/+/+/+/+/+/+/+w=="], "both signs of base64"),
    (["Sec-WebSocket-Protocol": "a, b", "Origin": "null"], "fields of no matter here"),
  ])
  func `harmless variants are well formed`(fields: [String: String], why: String) {
    guard case .wellFormed = Self.upgrade(fields) else {
      Issue.record("refused: \(why)")
      return
    }
  }

  @Test(arguments: [nil, "", "h2c", "websocket2", "web socket", "websocket/13"])
  func `a request without the token websocket in Upgrade asks for none`(value: String?) {
    #expect(Self.upgrade(["Upgrade": value]) == .none, "\(value ?? "no Upgrade")")
  }

  @Test(
    arguments: [
      (["Connection": nil], "no Connection"), (["Connection": "close"], "no option upgrade"),
      (["Connection": "upgraded"], "another option"),
      (["Sec-WebSocket-Version": nil], "no version"),
      (["Sec-WebSocket-Version": ""], "empty version"),
      (["Sec-WebSocket-Version": "13, 8"], "two versions"),
      (["Sec-WebSocket-Version": "x"], "no number"),
      (["Sec-WebSocket-Version": "013"], "leading zero"),
      (["Sec-WebSocket-Version": "256"], "over 255"),
      (["Sec-WebSocket-Key": nil], "no key"), (["Sec-WebSocket-Key": ""], "empty key"),
      (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ"], "no padding"),
      (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ="], "short padding"),
      (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZWE="], "17 bytes"),
      (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j"], "15 bytes"),
      (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZ-=="], "a sign of base64url"),
      (["Sec-WebSocket-Key": "dGhlIHNhbXBs ZSBub25jZ=="], "a space inside"),
      (["Sec-WebSocket-Key": "========================"], "padding only"),
      (["Content-Length": "1"], "a body"), (["Transfer-Encoding": "chunked"], "a chunked body"),
    ] as [([String: String?], String)])
  func `an upgrade against the rules is malformed`(fields: [String: String?], why: String) {
    #expect(Self.upgrade(fields) == .malformed, "\(why)")
  }

  @Test func `only GET and HTTP 1.1 can upgrade`() {
    #expect(Self.upgrade(line: "POST / HTTP/1.1") == .malformed)
    #expect(Self.upgrade(line: "get / HTTP/1.1") == .malformed)
    #expect(Self.upgrade(line: "GET / HTTP/1.0") == .malformed)
  }

  @Test func `a key or a version that stands twice is malformed`() {
    #expect(Self.upgrade(more: "Sec-WebSocket-Key: \(Self.key)\r\n") == .malformed)
    #expect(Self.upgrade(more: "Sec-WebSocket-Version: 13\r\n") == .malformed)
    #expect(Self.upgrade(more: "Sec-WebSocket-Version: 8\r\n") == .malformed)
  }

  @Test(arguments: ["0", "8", "12", "14", "255"])
  func `another version is unsupported, whatever the key`(version: String) {
    #expect(Self.upgrade(["Sec-WebSocket-Version": version]) == .unsupportedVersion, "\(version)")
    #expect(
      Self.upgrade(["Sec-WebSocket-Version": version, "Sec-WebSocket-Key": nil])
        == .unsupportedVersion, "\(version) without a key")
  }

  /// What the handshake of RFC 6455 says with some of its fields replaced, or left out for nil.
  private static func upgrade(
    _ changes: [String: String?] = [:], line: String = "GET /ws?a HTTP/1.1", more: String = ""
  ) -> WebSocketUpgrade {
    var fields: [String: String?] = [
      "Host": "a", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": key,
    ]
    fields.merge(changes) { $1 }
    let lines = fields.compactMap { name, value in value.map { "\(name): \($0)\r\n" } }
    return WebSocketUpgrade(requestHead("\(line)\r\n\(lines.joined())\(more)\r\n"))
  }
}
