import GatewayWire
import Testing

/// RFC 9112 and PROXY.md, "Pass-through": what is a request head, and what is refused.
///
/// Every row is tried whole, byte by byte, and glued behind another request.
@Suite struct RequestHeadParserTests {
  private static let accepted: [(text: String, fields: [String], framing: BodyFraming)] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["Host=a"], .none),
    ("GET / HTTP/1.0\r\n\r\n", [], .none),
    ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["Host=a"], .none),
    ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["Host=a"], .none),
    ("M-SEARCH /a//b/../%0a?q=%00&b HTTP/1.1\r\nHost:a\r\n\r\n", ["Host=a"], .none),
    ("GET /a\"<>\\^`{|}?a?b HTTP/1.1\r\nhOST:a:80\r\n\r\n", ["hOST=a:80"], .none),
    ("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", ["Host=[::1]:80"], .none),
    (
      "GET / HTTP/1.1\r\nHost: \t a \t \r\nX:\r\nY: \t \r\nZ:a \t b\r\n\r\n",
      ["Host=a", "X=", "Y=", "Z=a \t b"], .none
    ),
    (
      "GET / HTTP/1.1\r\nHost: a\r\nX: \"é\", b:c\r\n!#$%&'*+-.^_`|~09azAZ: 1\r\n\r\n",
      ["Host=a", "X=\"é\", b:c", "!#$%&'*+-.^_`|~09azAZ=1"], .none
    ),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["Host=a", "Content-Length=0"],
      .contentLength(0)
    ),
    (
      "POST / HTTP/1.1\r\nHost: a\r\ncontent-length:18446744073709551615\r\n\r\n",
      ["Host=a", "content-length=18446744073709551615"], .contentLength(.max)
    ),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n",
      ["Host=a", "TRANSFER-ENCODING=CHUNKED"], .chunked
    ),
    (
      "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n", ["Content-Length=3"], .contentLength(3)
    ),
  ]

  @Test(arguments: accepted)
  func `a sound head is read the same however its bytes come`(
    text: String, fields: [String], framing: BodyFraming
  ) throws {
    for way in Feeding.allCases {
      let head = try #require(way.parse(text).head, "\(way): \(readable(text.utf8))")
      let read = head.fields.map {
        String(decoding: $0.name, as: UTF8.self) + "=" + String(decoding: $0.value, as: UTF8.self)
      }
      #expect(read == fields, "\(way): \(readable(text.utf8))")
      #expect(head.framing == framing, "\(way): \(readable(text.utf8))")
    }
  }

  private static let host = "Host: a\r\n"

  private static let requestLines: [(line: String, error: RequestHeadError)] = [
    (" GET / HTTP/1.1\r\n", .badMethod), ("(GET) / HTTP/1.1\r\n", .badMethod),
    ("G\u{e9}T / HTTP/1.1\r\n", .badMethod), ("GET\t/ HTTP/1.1\r\n", .badMethod),
    ("\u{0}", .badMethod), ("\u{16}\u{3}\u{1}", .badMethod), ("GET\r\n", .badMethod),
    ("\r\n\r\n\r\nGET / HTTP/1.1\r\n", .badMethod),
    ("\nGET / HTTP/1.1\r\n", .badLineEnd), ("\rGET / HTTP/1.1\r\n", .badLineEnd),
    ("GET  / HTTP/1.1\r\n", .badTarget), ("GET HTTP/1.1\r\n", .badTarget),
    ("GET * HTTP/1.1\r\n", .badTarget), ("OPTIONS * HTTP/1.1\r\n", .badTarget),
    ("PRI * HTTP/2.0\r\n", .badTarget), ("GET http://a/ HTTP/1.1\r\n", .badTarget),
    ("CONNECT a:443 HTTP/1.1\r\n", .badTarget), ("CONNECT /a HTTP/1.1\r\n", .badTarget),
    ("GET a HTTP/1.1\r\n", .badTarget), ("GET ?a HTTP/1.1\r\n", .badTarget),
    ("GET /a\tb HTTP/1.1\r\n", .badTarget), ("GET /a\u{0}b HTTP/1.1\r\n", .badTarget),
    ("GET /a\u{7f}b HTTP/1.1\r\n", .badTarget), ("GET /é HTTP/1.1\r\n", .badTarget),
    ("GET /a#b HTTP/1.1\r\n", .badTarget), ("GET /\r\n", .badTarget), ("GET /\n", .badTarget),
    ("GET / \r\n", .badVersion), ("GET /  HTTP/1.1\r\n", .badVersion),
    ("GET /a b HTTP/1.1\r\n", .badVersion), ("GET / http/1.1\r\n", .badVersion),
    ("GET / HTTP/1\r\n", .badVersion), ("GET / HTTP/1,1\r\n", .badVersion),
    ("GET / HTTP/a.1\r\n", .badVersion), ("GET / HTTP/1.a\r\n", .badVersion),
    ("GET / HTTP/1.1 \r\n", .badVersion), ("GET / HTTP/1.10\r\n", .badVersion),
    ("GET / HTTP/11.1\r\n", .badVersion), ("GET / HTTPS/1.1\r\n", .badVersion),
    ("GET / HTTP/1.1\n", .badLineEnd), ("GET / HTTP/1.1\rX", .badLineEnd),
    ("GET / HTTP/1.1\r\r\n", .badLineEnd),
    ("GET / HTTP/0.9\r\n", .unsupportedVersion), ("GET / HTTP/1.2\r\n", .unsupportedVersion),
    ("GET / HTTP/2.0\r\n", .unsupportedVersion), ("GET / HTTP/3.1\r\n", .unsupportedVersion),
  ]

  @Test(arguments: requestLines)
  func `a request line that is not the grammar's is refused`(
    line: String, error: RequestHeadError
  ) {
    expectRefusal(of: line + Self.host + "\r\n", error)
  }

  private static let fieldLines: [(lines: String, error: RequestHeadError)] = [
    ("X : a\r\n", .badField(.badName)), ("X\t: a\r\n", .badField(.badName)),
    (": a\r\n", .badField(.badName)), ("X\r\n", .badField(.badName)),
    ("X\n", .badField(.badName)), ("X y: a\r\n", .badField(.badName)),
    ("X(: a\r\n", .badField(.badName)), ("X\u{0}: a\r\n", .badField(.badName)),
    ("é: a\r\n", .badField(.badName)), ("\"X\": a\r\n", .badField(.badName)),
    ("X: a\r\n b\r\n", .badField(.foldedLine)), ("X: a\r\n\tb\r\n", .badField(.foldedLine)),
    (" X: a\r\n", .badField(.foldedLine)), ("X: a\r\n \r\n", .badField(.foldedLine)),
    ("X: a\u{0}b\r\n", .badField(.badValue)), ("X: a\u{1b}\r\n", .badField(.badValue)),
    ("X: a\u{7f}\r\n", .badField(.badValue)), ("X: \u{b}a\r\n", .badField(.badValue)),
    ("X: a\n", .badField(.badLineEnd)), ("X: a\rb\r\n", .badField(.badLineEnd)),
    ("X: a\r\r\n", .badField(.badLineEnd)), ("X:\n", .badField(.badLineEnd)),
    ("X: a\r\n\n", .badField(.badLineEnd)), ("X: a\r\n\rX", .badField(.badLineEnd)),
    ("Host: b\r\n", .repeatedHost), ("host: a\r\n", .repeatedHost),
    ("Content-Length:\r\n", .badContentLength), ("Content-Length: +1\r\n", .badContentLength),
    ("Content-Length: -1\r\n", .badContentLength), ("Content-Length: 1.0\r\n", .badContentLength),
    ("Content-Length: 0x1\r\n", .badContentLength), ("Content-Length: 1 1\r\n", .badContentLength),
    ("Content-Length: 1, 1\r\n", .badContentLength), ("Content-Length: 1,\r\n", .badContentLength),
    ("Content-Length: a\r\n", .badContentLength), ("Content-Length: \"1\"\r\n", .badContentLength),
    ("Content-Length: ١\r\n", .badContentLength),
    ("Content-Length: 18446744073709551616\r\n", .badContentLength),
    ("Content-Length: 99999999999999999999999\r\n", .badContentLength),
    ("Content-Length: 1\r\nContent-Length: 1\r\n", .badContentLength),
    ("Content-Length: 1\r\nContent-Length: 2\r\n", .badContentLength),
    ("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", .ambiguousLength),
    ("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", .ambiguousLength),
    ("Content-Length: 1\r\nTransfer-Encoding: identity\r\n", .ambiguousLength),
    ("Transfer-Encoding:\r\n", .badTransferEncoding),
    ("Transfer-Encoding: identity\r\n", .badTransferEncoding),
    ("Transfer-Encoding: gzip, chunked\r\n", .badTransferEncoding),
    ("Transfer-Encoding: chunked, chunked\r\n", .badTransferEncoding),
    ("Transfer-Encoding: chunked,\r\n", .badTransferEncoding),
    ("Transfer-Encoding: chunked;a=b\r\n", .badTransferEncoding),
    ("Transfer-Encoding: xchunked\r\n", .badTransferEncoding),
    ("Transfer-Encoding: \"chunked\"\r\n", .badTransferEncoding),
    ("Transfer-Encoding: \u{212a}chunked\r\n", .badTransferEncoding),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", .badTransferEncoding),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", .badTransferEncoding),
    ("Transfer-Encoding : chunked\r\n", .badField(.badName)),
    ("Transfer-Encoding:\u{b}chunked\r\n", .badField(.badValue)),
    ("Transfer-Encoding\r\n : chunked\r\n", .badField(.badName)),
  ]

  @Test(arguments: fieldLines)
  func `a field line that two readers could understand differently is refused`(
    lines: String, error: RequestHeadError
  ) {
    expectRefusal(of: "POST / HTTP/1.1\r\n" + Self.host + lines + "\r\n", error)
  }

  private static let hosts: [(head: String, error: RequestHeadError)] = [
    ("GET / HTTP/1.1\r\n\r\n", .missingHost),
    ("GET / HTTP/1.1\r\nX-Host: a\r\n\r\n", .missingHost),
    ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
    ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .badHost),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost),
    ("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", .badHost),
    ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .badHost),
    ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost),
    ("GET / HTTP/1.1\r\nHost: é\r\n\r\n", .badHost),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .badTransferEncoding),
  ]

  @Test(arguments: hosts)
  func `a head needs one sound Host, in HTTP 1.0 at most one, and chunks need HTTP 1.1`(
    head: String, error: RequestHeadError
  ) {
    expectRefusal(of: head, error)
  }

  @Test func `a head may be as large as the limit and no larger`() {
    let head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    for way in Feeding.allCases where way != .behindAnother {
      #expect(way.parse(head, sizeMax: head.utf8.count).head != nil, "\(way)")
      #expect(way.parse(head, sizeMax: head.utf8.count - 1).error == .tooLarge, "\(way)")
      let endless = "GET /" + String(repeating: "a", count: 10_000)
      #expect(way.parse(endless, sizeMax: 4096).error == .tooLarge, "\(way)")
      let endlessMethod = String(repeating: "A", count: 10_000)
      #expect(way.parse(endlessMethod, sizeMax: 4096).error == .tooLarge, "\(way)")
    }
    #expect(RequestHeadError.tooLarge.status == 431)
  }

  @Test func `a head may have 256 fields and no more`() {
    let start = "GET / HTTP/1.1\r\nHost: a\r\n"
    let line = "a:\r\n"
    for way in Feeding.allCases {
      let fitting = start + String(repeating: line, count: 255) + "\r\n"
      #expect(way.parse(fitting).head?.fields.count == 256, "\(way)")
      let over = start + String(repeating: line, count: 256) + "\r\n"
      #expect(way.parse(over).error == .tooLarge, "\(way)")
    }
  }

  @Test func `a malformed head is refused at the first byte that shows it`() {
    let rows = [
      "GET /\n", "GET / HTTP/1.1\r\n ", "GET / HTTP/1.1\r\nHost ", "GET / HTTP/1.1\r\nHost: a\n",
      "GET / HTTP/2", "(",
    ]
    for text in rows {
      var parser = RequestHeadParser(sizeMax: 4096)
      #expect(parser.consume(text.dropLast()) == .needMore, "\(readable(text.utf8))")
      guard case .failed = parser.consume(text.suffix(1)) else {
        Issue.record("not refused: \(readable(text.utf8))")
        continue
      }
    }
  }

  @Test func `requests behind each other are read one by one, and bytes behind a head are left`() {
    let first = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"
    let second = "\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n"
    var parser = RequestHeadParser(sizeMax: 4096)
    guard case .complete(let head, let consumed) = parser.consume(first + "{}" + second) else {
      Issue.record("the first head is not complete")
      return
    }
    #expect(head.target.equals("/1"))
    #expect(consumed == first.utf8.count)
    #expect(parser.isBetweenRequests)
    #expect(parser.consume("\r\n") == .needMore)
    #expect(parser.isBetweenRequests)
    #expect(parser.consume("GE") == .needMore)
    #expect(!parser.isBetweenRequests)
    guard case .complete(let next, _) = parser.consume("T /2 HTTP/1.1\r\nHost: b\r\n\r\nX") else {
      Issue.record("the second head is not complete")
      return
    }
    #expect(next.target.equals("/2"))
  }

  @Test func `a parser that refused a head takes nothing more`() {
    var parser = RequestHeadParser(sizeMax: 4096)
    #expect(parser.consume("(") == .failed(.badMethod))
    #expect(parser.consume("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == .failed(.badMethod))
  }

  @Test func `feeding no bytes changes nothing`() {
    var parser = RequestHeadParser(sizeMax: 4096)
    #expect(parser.consume("") == .needMore)
    #expect(parser.consume(UnsafeRawBufferPointer(start: nil, count: 0)) == .needMore)
  }

  private func expectRefusal(of text: String, _ error: RequestHeadError) {
    for way in Feeding.allCases {
      #expect(way.parse(text).error == error, "\(way): \(readable(text.utf8))")
    }
    #expect(error.status == (error == .unsupportedVersion ? 505 : 400), "\(error)")
  }
}
