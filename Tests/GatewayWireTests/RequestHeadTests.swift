import GatewayWire
import Testing

/// What a request head says.
@Suite struct RequestHeadTests {
  @Test func `method and target are kept byte for byte`() {
    let head = requestHead("pAtch /a//b/../%2F?x=%20?y HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(head.method.equals("pAtch"))
    #expect(head.target.equals("/a//b/../%2F?x=%20?y"))
    #expect(head.path.equals("/a//b/../%2F"))
    #expect(head.query?.equals("x=%20?y") == true)
    #expect(head.minorVersion == 1)
  }

  @Test func `a target without a question mark has no query, and one at its end an empty one`() {
    #expect(requestHead("GET /a HTTP/1.0\r\n\r\n").query == nil)
    #expect(requestHead("GET /a? HTTP/1.0\r\n\r\n").query?.isEmpty == true)
    #expect(requestHead("GET /a? HTTP/1.0\r\n\r\n").path.equals("/a"))
  }

  @Test func `fields are found by name in any case, all lines in order`() {
    let head = requestHead("GET / HTTP/1.0\r\nA: 1\r\nb: x\r\na: 2\r\nAa: 3\r\n\r\n")
    #expect(head.fields.values(of: "a").map { String(decoding: $0, as: UTF8.self) } == ["1", "2"])
    #expect(Array(head.fields.values(of: "B")).count == 1)
    #expect(Array(head.fields.values(of: "c")).isEmpty)
  }

  private static let keepAlive: [(version: Int, lines: String, expected: Bool)] = [
    (1, "", true), (1, "Connection: close\r\n", false), (1, "Connection: CLOSE\r\n", false),
    (1, "Connection: a, close ,b\r\n", false), (1, "Connection: closed\r\n", true),
    (1, "Connection: a\r\nConnection: close\r\n", false), (1, "Connection: keep-alive\r\n", true),
    (1, "Connection: keep-alive, close\r\n", false), (0, "", false),
    (0, "Connection: Keep-Alive\r\n", true), (0, "Connection: keep-alive, close\r\n", false),
    (0, "Connection: close\r\n", false),
  ]

  @Test(arguments: keepAlive)
  func `a connection is kept as RFC 9112 section 9_3 says`(
    version: Int, lines: String, expected: Bool
  ) {
    let head = requestHead("GET / HTTP/1.\(version)\r\nHost: a\r\n\(lines)\r\n")
    #expect(head.isKeepAlive == expected, "HTTP/1.\(version) \(readable(lines.utf8))")
  }

  @Test func `connection options come from all lines, without empty ones and white space`() {
    let head = requestHead(
      "GET / HTTP/1.0\r\nConnection: a,,b\t ,\r\nX: y\r\nconnection: , c d\r\n\r\n")
    #expect(
      head.connectionOptions.map { String(decoding: $0, as: UTF8.self) } == ["a", "b", "c d"])
  }

  private static let expectations: [(version: Int, lines: String, expected: Bool)] = [
    (1, "Content-Length: 1\r\nExpect: 100-continue\r\n", true),
    (1, "Transfer-Encoding: chunked\r\nexpect: 100-Continue\r\n", true),
    (1, "Content-Length: 1\r\n", false),
    (1, "Content-Length: 1\r\nExpect: 200-ok\r\n", false),
    (1, "Expect: 100-continue\r\n", false),
    (0, "Content-Length: 1\r\nExpect: 100-continue\r\n", false),
  ]

  @Test(arguments: expectations)
  func `100 Continue is awaited by HTTP 1.1 requests with a body that say so`(
    version: Int, lines: String, expected: Bool
  ) {
    let head = requestHead("PUT / HTTP/1.\(version)\r\nHost: a\r\n\(lines)\r\n")
    #expect(head.expectsContinue == expected, "HTTP/1.\(version) \(readable(lines.utf8))")
  }
}
