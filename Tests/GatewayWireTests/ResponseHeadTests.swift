import GatewayWire
import Testing

/// The responses that the gateway makes itself.
@Suite struct ResponseHeadTests {
  @Test func `a head has its status line, its fields, the body's length and the connection`() {
    let head = ResponseHead(
      status: 200, fields: [ResponseField("Set-Cookie", "a=1"), ResponseField("Set-Cookie", "b")],
      body: .contentLength(12), connection: [.keepAlive])
    #expect(
      readable(head.encoded())
        == readable(
          utf8(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b\r\nContent-Length: 12\r\n"
              + "Connection: keep-alive\r\n\r\n")))
  }

  private static let bodies: [(body: ResponseHead.Body, line: String)] = [
    (.none, ""), (.untilClose, ""), (.chunked, "Transfer-Encoding: chunked\r\n"),
    (.contentLength(0), "Content-Length: 0\r\n"),
    (.contentLength(.max), "Content-Length: 18446744073709551615\r\n"),
  ]

  @Test(arguments: bodies)
  func `a body is delimited by one field or none`(body: ResponseHead.Body, line: String) {
    let head = ResponseHead(status: 204, body: body)
    #expect(head.encoded() == utf8("HTTP/1.1 204 No Content\r\n\(line)\r\n"), "\(body)")
  }

  @Test func `a status without a phrase keeps the space behind it`() {
    #expect(ResponseHead(status: 299, body: .none).encoded() == utf8("HTTP/1.1 299 \r\n\r\n"))
  }

  @Test func `a refusal is JSON with the error and its code`() {
    let response = WholeResponse.error(
      status: 400, code: "bad_request", message: "Host is \"missing\"", connection: [.close])
    let body = #"{"error":"Host is \"missing\"","code":"bad_request"}"#
    #expect(
      response
        == utf8(
          "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"))
  }

  @Test func `a whole response has its body behind the head, and 204 none`() {
    #expect(
      WholeResponse.bytes(status: 200, contentType: "text/plain", body: utf8("ok"))
        == utf8("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"))
    #expect(WholeResponse.bytes(status: 204) == utf8("HTTP/1.1 204 No Content\r\n\r\n"))
  }

  @Test func `another WebSocket version is answered with the one that is spoken`() {
    let text = String(decoding: WholeResponse.upgradeRequired, as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
    #expect(text.contains("\r\nSec-WebSocket-Version: 13\r\n"))
    #expect(text.contains("\r\nConnection: close, upgrade\r\n"))
  }

  @Test(arguments: [
    ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\u{0}"), ("X", "a\u{7f}"), ("", "a"),
    ("X Y", "a"), ("X:", "a"), ("X\r\n", "a"), ("é", "a"),
  ])
  func `text of others that would not be one field line is refused`(name: String, value: String) {
    #expect(ResponseField(checking: name, value) == nil, "\(readable((name + value).utf8))")
  }

  @Test(arguments: [("X", ""), ("X-Y", "a\tb \"c\""), ("x", "é")])
  func `text of others that is one field line is taken`(name: String, value: String) {
    #expect(ResponseField(checking: name, value)?.value == value)
  }
}
