import GatewayFuzzing
import Testing

/// The target of requests finds a reader that reads something else.
struct RequestTargetTests {
  /// What was read, and what a wrong reader would have taken it for.
  private static let misreadings: [(input: String, as: String)] = [
    ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "PUT /a HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a HTTP/1.0\r\nHost: a\r\n\r\n"),
    ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a HTTP/1.1\r\nHost: b\r\n\r\n"),
    ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\n"),
    ("GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("GET /a HTTP/1.1\r\nHost:a\n\r\n\r\n", "GET /a HTTP/1.1\r\nHost:a\r\n\r\n"),
    (post("Content-Length: 2") + "ab", post("Content-Length: 1") + "ab"),
    (post("Content-Length: 2") + "ab", post("Content-Length: 2") + "ac"),
    (post("Content-Length: 2") + "ab", post("Content-Length: 2") + "a"),
    (post("Transfer-Encoding: chunked") + "1\r\na\r\n0\r\n\r\n", post("Content-Length: 1") + "a"),
    (
      post("Transfer-Encoding: chunked") + "1\r\na\r\n0\r\n\r\n",
      post("Transfer-Encoding: chunked") + "01\r\na\r\n0\r\n\r\n"
    ),
    (
      post("Transfer-Encoding: chunked") + "0\r\nHost: a\r\n\r\n",
      post("Transfer-Encoding: chunked") + "0\r\nHosts:a\r\n\r\n"
    ),
    (post("Transfer-Encoding: chunked") + "1", post("Transfer-Encoding: chunked") + "x"),
    (post("Content-Length: 1\r\nTransfer-Encoding: chunked"), post("Content-Length: 1")),
    (upgrade(version: 13), upgrade(version: 8)),
    (upgrade(version: 8), upgrade(version: 13)),
  ]

  @Test(arguments: misreadings)
  func `a wrong reading is a finding`(misreading: (input: String, as: String)) {
    #expect(throws: Finding.self) {
      try RequestTarget.judge(Array(misreading.input.utf8), readAs: Array(misreading.as.utf8))
    }
  }

  @Test func `a head that is refused too early is a finding`() {
    let beginning = "GET / HTTP/1.1\r\nHost: a"
    #expect(throws: Finding.self) {
      try RequestTarget.judge(Array(beginning.utf8), readAs: Array((beginning + "\n").utf8))
    }
  }

  private static func post(_ line: String) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n"
  }

  private static func upgrade(version: Int) -> String {
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
      + "Sec-WebSocket-Version: \(version)\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
  }
}
