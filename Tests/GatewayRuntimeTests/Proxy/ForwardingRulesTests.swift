import CLoop
import GatewayConfiguration
import GatewayTransport
import GatewayTypes
import GatewayUpstream
import GatewayWire
import Testing

@testable import GatewayRuntime

/// PROXY.md, "Pass-through": what becomes of the fields of requests and answers.
@Suite struct ForwardingRulesTests {
  @Test func `fields go on in their order, as they came`() throws {
    let lines = try forwarded("accept: a\r\nX-Empty:\r\nCookie: b\r\nCOOKIE: c\r\nX-B: \u{e9}\r\n")
    #expect(lines.prefix(5) == ["accept: a", "X-Empty: ", "Cookie: b", "COOKIE: c", "X-B: \u{e9}"])
    #expect(
      lines.dropFirst(5) == [
        "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: h:8080",
        "X-Request-Id: 00000000000000010000000000000003",
      ])
  }

  @Test(arguments: [
    "Connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: x", "TE: trailers",
    "Trailer: X", "Upgrade: h2c", "connection: X-Named, upgrade\r\nX-Named: 1",
    "X-Named: 1\r\nConnection: close\r\nConnection: ,,x-NAMED", "Content-Length: 0",
    "Transfer-Encoding: chunked", "X-User-Id: me", "x-user-id: me", "X_User_Id: me",
    "Expect: 100-continue",
  ])
  func `what is for this hop only, or not for clients to say, ends here`(field: String) throws {
    #expect(try forwarded(field + "\r\n").count == 4)
  }

  @Test func `Expect goes on with a body, and in HTTP of its time`() throws {
    let fields = "Expect: 100-Continue\r\nContent-Length: 1\r\n"
    #expect(try forwarded(fields).first == "Expect: 100-Continue")
    #expect(try forwarded(fields, version: "HTTP/1.0").first == "X-Forwarded-For: 192.0.2.7")
  }

  @Test func `what only looks like one of those goes on`() throws {
    for field in ["X-User-Idx: me", "X-User: me", "Hosts: x", "X-Te: y", "Content_Length: z"] {
      #expect(try forwarded(field + "\r\n").contains(field) == (field != "Content_Length: z"))
    }
  }

  static let claims =
    "X-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 2.2.2.2, 3.3.3.3\r\nX-Forwarded-For:\r\n"
    + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\nX_Forwarded_For: 4.4.4.4\r\n"

  @Test func `a stranger's word about who came before is replaced`() throws {
    #expect(
      try forwarded(ForwardingRulesTests.claims).dropLast() == [
        "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: h:8080",
      ])
  }

  @Test func `a trusted proxy's word is kept in front`() throws {
    #expect(
      try forwarded(ForwardingRulesTests.claims, trusting: "192.0.2.0/24").dropLast() == [
        "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 192.0.2.7",
        "X-Forwarded-Proto: https, http", "X-Forwarded-Host: a.example, h:8080",
      ])
    #expect(
      try forwarded("", trusting: "192.0.2.0/24").first == "X-Forwarded-For: 192.0.2.7")
  }

  @Test func `without a Host there is none to tell of`() throws {
    let names = try forwarded("", version: "HTTP/1.0", host: nil).map { $0.prefix { $0 != ":" } }
    #expect(names == ["X-Forwarded-For", "X-Forwarded-Proto", "X-Request-Id"])
    #expect(
      try forwarded(
        "X-Forwarded-Host: a\r\n", version: "HTTP/1.0", host: nil, trusting: "192.0.2.7"
      ).contains("X-Forwarded-Host: a"))
  }

  @Test(arguments: [
    ("X-Request-Id: abc/1\r\n", "abc/1"),
    ("x-request-id: \(String(repeating: "x", count: 128))\r\n", String(repeating: "x", count: 128)),
  ])
  func `a request ID is kept`(fields: String, id: String) throws {
    #expect(try forwarded(fields).last == "X-Request-Id: \(id)")
  }

  @Test(arguments: [
    "", "X-Request-Id:\r\n", "X-Request-Id: a b\r\n", "X-Request-Id: \u{e9}\r\n",
    "X-Request-Id: \(String(repeating: "x", count: 129))\r\n",
    "X-Request-Id: a\r\nX-Request-Id: a\r\n",
  ])
  func `one that may not stand in a log, or is not one, is replaced`(fields: String) throws {
    #expect(
      try forwarded(fields).last == "X-Request-Id: 00000000000000010000000000000003")
  }

  @Test func `request IDs are the worker's own and count`() {
    var ids = RequestIDs(prefix: 0xfedc_ba98_7654_3210, first: .max)
    #expect(String(decoding: ids.next(), as: UTF8.self) == "fedcba98765432100000000000000000")
    #expect(String(decoding: ids.next(), as: UTF8.self) == "fedcba98765432100000000000000001")
  }

  @Test func `of an answer only what is for this hop ends here`() {
    var lines = FieldLines()
    for (name, value) in [("Set-Cookie", "a"), ("X-A", "1"), ("set-cookie", "b")] {
      #expect(append(name, value, to: &lines))
    }
    let plain = StreamedAnswerHead(status: 200, reason: [], lines: lines, size: 7)
    #expect(ForwardedAnswer(plain).lines == lines)
    #expect(ForwardedAnswer(plain).size == 7)
    var others = lines
    for (name, value) in [
      ("Connection", "x-B, close"), ("X-B", "1"), ("Keep-Alive", "x"), ("transfer-encoding", "y"),
      ("Trailer", "z"), ("Upgrade", "h2c"),
    ] {
      #expect(append(name, value, to: &others))
    }
    let full = StreamedAnswerHead(status: 200, reason: [], lines: others, size: nil)
    #expect(ForwardedAnswer(full).lines == lines)
    let unmodified = StreamedAnswerHead(status: 304, reason: [], lines: lines, size: 7)
    #expect(text(ForwardedAnswer(unmodified).lines).last == "Content-Length: 7")
  }
}

extension ForwardingRulesTests {
  /// The lines that `fields` of a client at 192.0.2.7 become.
  private func forwarded(
    _ fields: String, version: String = "HTTP/1.1", host: String? = "h:8080",
    trusting range: String? = nil
  ) throws -> [String] {
    let hostLine = host.map { "Host: \($0)\r\n" } ?? ""
    let head = try soundHead("GET /a \(version)\r\n\(hostLine)\(fields)\r\n")
    let rules = ForwardingRules(
      pathPrefix: "",
      trustedProxies: TrustedProxies(try range.map { [try AddressRange($0)] } ?? []),
      userHeader: "X-User-Id", bodySizeMax: 1)
    var address = ng_peer_address()
    address.family = UInt8(NG_FAMILY_IPV4)
    withUnsafeMutableBytes(of: &address.bytes) { $0.copyBytes(from: [192, 0, 2, 7]) }
    var ids = RequestIDs(prefix: 1, first: 2)
    let peer = PeerAddress(address)
    let client = ForwardingRules.Client(address: peer, host: Array(peer.host.utf8), isTLS: false)
    let id = ForwardingRules.id(of: head, ids: &ids)
    return text(rules.lines(of: head, from: client, id: id))
  }

  /// Each byte one character.
  private func text(_ lines: FieldLines) -> [String] {
    var text = String.UnicodeScalarView()
    for byte in lines.bytes { text.append(Unicode.Scalar(byte)) }
    return String(text).split(separator: "\r\n").map(String.init)
  }

  private func append(_ name: String, _ value: String, to lines: inout FieldLines) -> Bool {
    Array(name.utf8).withUnsafeBufferPointer { name in
      Array(value.utf8).withUnsafeBufferPointer { lines.append(checking: name, $0) }
    }
  }
}
