import GatewayTypes
import Testing

@testable import GatewayUpstream

/// Which answers are answers.
@Suite struct AnswerTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let script: [ScriptedServer.Step]
    let outcome: UpstreamOutcome

    init(_ description: String, _ answer: String, _ outcome: UpstreamOutcome) {
      self.init(description, [.send(answer)], outcome)
    }

    init(
      _ description: String, _ script: [ScriptedServer.Step], _ outcome: UpstreamOutcome
    ) {
      testDescription = description
      self.script = [.read] + script
      self.outcome = outcome
    }
  }

  static let whole: [Row] = [
    Row("a length", status("200 OK", "Content-Length: 2") + "{}", .answered()),
    Row("no body", status("200 OK", "Content-Length: 0"), .answered(200, "")),
    Row("no reason phrase", status("201", "Content-Length: 2") + "{}", .answered(201)),
    Row("204 without a length", status("204 No Content"), .answered(204, "")),
    Row("a refusal", status("403 No", "Content-Length: 2") + "{}", .answered(403)),
    Row("a redirect", status("302 F", "Location: /x", "Content-Length: 0"), .answered(302, "")),
    Row("401", status("401 N", "WWW-Authenticate: Basic", "Content-Length: 0"), .answered(401, "")),
    Row("a failure", status("599 X", "Content-Length: 2") + "{}", .answered(599)),
    Row("a body up to the end", status("200 OK", "Connection: close") + "{}", .answered()),
    Row("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n{}", .answered()),
    Row("chunks", chunked("1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n"), .answered()),
    Row("trailers", chunked("2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n"), .answered()),
    Row("a coding in a trailer", chunked("2\r\n{}\r\n0\r\n\(gzip)\r\n\r\n"), .answered()),
    Row("identity", coded("Content-Encoding: Identity"), .answered()),
    Row("100 first", status("100 Continue") + ok(), .answered()),
    Row("103 first", status("103 Hints", gzip) + ok(), .answered()),
    Row(
      "as large as is kept", [.send(head(size: 1000)), .fill(count: 1000)],
      .answered(200, String(repeating: "a", count: 1000))),
  ]

  static let broken: [Row] = [
    Row("nothing", "", .failed(.brokenAnswer)),
    Row("a reset", [.reset], .failed(.brokenAnswer)),
    Row("half a status line", "HTTP/1.1 2", .failed(.brokenAnswer)),
    Row("a status line only", "HTTP/1.1 200 OK\r\n", .failed(.brokenAnswer)),
    Row("half a head", "HTTP/1.1 200 OK\r\nContent-Len", .failed(.brokenAnswer)),
    Row("100 only", status("100 Continue"), .failed(.brokenAnswer)),
    Row("less than its length", head(size: 3) + "{}", .failed(.brokenAnswer)),
    Row("a reset in its body", [.send(head(size: 3) + "{}"), .reset], .failed(.brokenAnswer)),
    Row("no last chunk", chunked("2\r\n{}\r\n"), .failed(.brokenAnswer)),
    Row("half a chunk", chunked("9\r\n{}"), .failed(.brokenAnswer)),
    Row("no chunk", chunked("{}"), .failed(.brokenAnswer)),
    Row("not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", .failed(.brokenAnswer)),
    Row("a bare body", "{}", .failed(.brokenAnswer)),
    Row("HTTP/2 frames", "\0\0\u{6}\u{4}\0\0\0\0\0\0\u{3}\0\0\0d", .failed(.brokenAnswer)),
    Row("101", status("101 Switching", "Upgrade: x"), .failed(.brokenAnswer)),
    Row("status 600", status("600 X", "Content-Length: 0"), .failed(.brokenAnswer)),
    Row("status 42", status("042 X", "Content-Length: 0"), .failed(.brokenAnswer)),
    Row("a length that is none", status("200 OK", "Content-Length: x"), .failed(.brokenAnswer)),
    Row("gzip", coded(gzip), .failed(.brokenAnswer)),
    Row("gzip in any case", coded("CONTENT-ENCODING:GZIP"), .failed(.brokenAnswer)),
    Row("two codings", coded("Content-Encoding: identity, br"), .failed(.brokenAnswer)),
    Row("a transfer coding", coded("Transfer-Encoding: gzip, chunked"), .failed(.brokenAnswer)),
    Row("a folded field", coded("X-A: 1\r\n 2"), .failed(.brokenAnswer)),
    Row("a line without a colon", coded("X-A"), .failed(.brokenAnswer)),
    Row("a field without a name", coded(": 1"), .failed(.brokenAnswer)),
    Row("too large", [.send(head(size: 1001)), .fill(count: 1001)], .failed(.answerTooLarge)),
    Row(
      "too large without a length", [.send("HTTP/1.0 200 OK\r\n\r\n"), .fill(count: 1001)],
      .failed(.answerTooLarge)),
    Row(
      "too large in chunks", [.send(chunked("3e9\r\n")), .fill(count: 1001)],
      .failed(.answerTooLarge)),
  ]

  @Test(arguments: whole)
  func `a whole answer is given as it is`(row: Row) throws {
    let bench = Bench([row.script]) { $0.answerSizeMax = 1000 }
    #expect(bench.ask(try put()) == row.outcome)
    #expect(bench.reasons == [])
  }

  @Test(arguments: broken)
  func `an answer that is not whole, or not what was asked for, is a failure with a reason`(
    row: Row
  ) throws {
    let bench = Bench([row.script]) { $0.answerSizeMax = 1000 }
    #expect(bench.ask(try put()) == row.outcome)
    #expect(bench.reasons.count == 1 && bench.reasons.first != "")
    #expect(bench.server.requests.count == 1)
  }

  @Test func `the answer to HEAD has no body, whatever its length`() throws {
    let bench = Bench([[.read, .send(AnswerTests.head(size: 5_000_000))]])
    #expect(
      bench.ask(try UpstreamRequest(method: "HEAD", target: "/")) == .answered(200, ""))
  }

  @Test func `an answer may come in pieces`() throws {
    let bench = Bench([
      [
        .read, .send("HTT"), .awaitGo, .send("P/1.1 200 OK\r\nCont"), .awaitGo,
        .send("ent-Length: 2\r\n\r\n{"), .awaitGo, .send("}"),
      ]
    ])
    for _ in 0..<3 { bench.server.go() }
    #expect(bench.ask(try get()) == .answered())
  }

  private static let gzip = "Content-Encoding: gzip"

  private static func status(_ status: String, _ fields: String...) -> String {
    (["HTTP/1.1 \(status)"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
  }

  private static func head(size: Int) -> String {
    status("200 OK", "Content-Length: \(size)")
  }

  private static func chunked(_ chunks: String) -> String {
    status("200 OK", "Transfer-Encoding: chunked") + chunks
  }

  private static func coded(_ field: String) -> String {
    status("200 OK", field, "Content-Length: 2") + "{}"
  }
}
