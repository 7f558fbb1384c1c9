import GatewayTypes
import Testing

@testable import GatewayUpstream

/// What goes out is what was asked for, byte for byte, and nothing else.
@Suite struct RequestTests {
  @Test func `a write is sent with its target, identity and body as they are, and nothing besides`()
    throws
  {
    let bench = Bench([[.read, .send(ok())]])
    let request = try UpstreamRequest(
      method: "PUT", target: "/api//notes/../a%0d%0ab/%2e?x=1&y=%20+'",
      authorization: BearerToken("a.b.c"),
      json: Array(#"{"title":"ä","n":1.0}"#.utf8), requestID: "r-1",
      fields: [
        UpstreamField(name: "X-User-Id", value: "user ü, with: blanks"),
        UpstreamField(name: "X-Empty", value: ""),
      ])
    #expect(bench.ask(request) == .answered())
    let expected = [
      "PUT /api//notes/../a%0d%0ab/%2e?x=1&y=%20+' HTTP/1.1",
      "Host: notes.example",
      "User-Agent: notes-gateway/test",
      "Accept: application/json",
      "Authorization: Bearer a.b.c",
      "Content-Type: application/json",
      "X-Request-Id: r-1",
      "X-User-Id: user ü, with: blanks",
      "X-Empty:",
      "Content-Length: 22",
      "",
      #"{"title":"ä","n":1.0}"#,
    ]
    #expect(bench.server.requests == [expected.joined(separator: "\r\n")])
  }

  @Test(arguments: [
    ("GET", ""), ("HEAD", ""), ("DELETE", ""), ("POST", "Content-Length: 0\r\n"),
    ("PUT", "Content-Length: 0\r\n"), ("PATCH", "Content-Length: 0\r\n"),
  ])
  func `a request without a body says so where a body is expected`(
    method: String, contentLength: String
  ) throws {
    let bench = Bench([[.read, .send("HTTP/1.1 204 No Content\r\n\r\n")]])
    #expect(
      bench.ask(try UpstreamRequest(method: method, target: "/")) == .answered(204, ""))
    let expected =
      "\(method) / HTTP/1.1\r\nHost: notes.example\r\nUser-Agent: notes-gateway/test\r\n"
      + "Accept: application/json\r\n\(contentLength)\r\n"
    #expect(bench.server.requests == [expected])
  }

  @Test func `a large body is sent whole, without asking first`() throws {
    let bench = Bench([[.read, .send(ok())]])
    let json = #"{"content":""# + String(repeating: "x", count: 3_000_000) + #""}"#
    #expect(bench.ask(try put(json)) == .answered())
    let request = try #require(bench.server.requests.first)
    #expect(request.hasSuffix("\r\n\r\n" + json))
    #expect(!request.contains("Expect"))
  }

  @Test(arguments: [
    "", "GET\r\nX: y", "GET ", " GET", "G(T", "GÄT", "GET\0", "GET\t",
  ])
  func `a method that is not a token is refused`(method: String) {
    #expect(throws: UpstreamRequestError.method) {
      try UpstreamRequest(method: method, target: "/")
    }
  }

  @Test(arguments: [
    "", "notes", "*", "http://other/", "/a b", "/a\r\nX: y", "/a\n", "/a\0b", "/a\t", "/ä", "/a#b",
    "/\u{7f}",
  ])
  func `a target that is not in origin form is refused`(target: String) {
    #expect(throws: UpstreamRequestError.target) {
      try UpstreamRequest(method: "GET", target: target)
    }
  }

  @Test(arguments: ["", "a\r\nX-Admin: 1", "a b", "a\n", "a\0", "ä", "a\u{7f}"])
  func `a token or request ID that could end its line is refused`(text: String) {
    #expect(throws: UpstreamRequestError.authorization) {
      try UpstreamRequest(method: "GET", target: "/", authorization: BearerToken(text))
    }
    #expect(throws: UpstreamRequestError.requestID) {
      try UpstreamRequest(method: "GET", target: "/", requestID: text)
    }
  }

  @Test func `a field that could end its line is refused`() {
    for name in ["", "X Y", "X:", "X\r\nY", "Ä", "X\0"] {
      #expect(throws: UpstreamRequestError.fieldName) {
        try UpstreamField(name: name, value: "1")
      }
    }
    for value in ["a\r\nX-Admin: 1", "a\n", "a\0", "a\tb", "a\u{7f}"] {
      #expect(throws: UpstreamRequestError.fieldValue) {
        try UpstreamField(name: "X-User-Id", value: value)
      }
    }
  }

  @Test func `a token does not show when a request is printed`() throws {
    let request = try UpstreamRequest(
      method: "GET", target: "/", authorization: BearerToken("secret"))
    #expect(!String(describing: request).contains("secret"))
    #expect(!String(reflecting: request).contains("secret"))
  }
}
