import GatewayTypes
import Testing

@testable import GatewayUpstream

/// Nothing is sent twice that may have been applied the first time.
@Suite struct RepetitionTests {
  static let writes: [UpstreamRequest] = {
    do {
      return [
        try put(),
        try put(#"{"content":""# + String(repeating: "x", count: 200_000) + #""}"#),
        try UpstreamRequest(method: "POST", target: "/api/notes"),
        try UpstreamRequest(method: "PATCH", target: "/api/notes/1", json: Array("{}".utf8)),
        try UpstreamRequest(method: "DELETE", target: "/api/notes/1"),
      ]
    } catch {
      preconditionFailure("the requests of the tests are valid: \(error)")
    }
  }()

  @Test(arguments: writes, [false, true])
  func `a write that was read on a reused connection, which then dies, is not sent again`(
    write: UpstreamRequest, byReset: Bool
  ) throws {
    let bench = Bench([
      [.read, .send(ok()), .read] + (byReset ? [.reset] : []),
      [.read, .send(ok("again"))],
    ])
    #expect(bench.ask(try get()) == .answered())
    #expect(bench.ask(write) == .failed(.brokenAnswer))
    #expect(bench.server.requests.count == 2)
  }

  @Test func `a write that was read on a reused connection fails so without a server to go to`()
    throws
  {
    let bench = Bench([[.read, .send(ok()), .read, .tell("read"), .awaitEnd]])
    #expect(bench.ask(try get()) == .answered())
    let reply = bench.send(try put())
    bench.await("read")
    bench.client.shutdown()
    #expect(reply.outcome == .failed(.brokenAnswer))
  }

  @Test func `a read whose reused connection dies is sent again`() throws {
    let bench = Bench([[.read, .send(ok()), .read], [.read, .send(ok("again"))]])
    #expect(bench.ask(try get()) == .answered())
    #expect(bench.ask(try get()) == .answered(200, "again"))
    #expect(bench.server.requests.count == 3)
  }

  @Test func `a write on a first connection that dies is not sent again`() throws {
    let bench = Bench([[.read], [.read, .send(ok("again"))]])
    #expect(bench.ask(try put()) == .failed(.brokenAnswer))
    #expect(bench.server.requests.count == 1)
  }

  @Test(arguments: [[], [ScriptedServer.Step.reset]])
  func `a write goes to a new connection when the server closed the idle one`(
    ending: [ScriptedServer.Step]
  ) throws {
    let bench = Bench([
      [.read, .send(ok()), .awaitGo] + ending, [.read, .send(ok("second"))],
    ])
    #expect(bench.ask(try get()) == .answered())
    bench.server.go()
    bench.await("closed 0")
    #expect(bench.ask(try put()) == .answered(200, "second"))
    #expect(bench.server.requests.count == 2)
    #expect(bench.server.connectionCount == 2)
  }

  @Test func `what the server says unasked is not the answer to the next request`() throws {
    let unasked = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"
    let bench = Bench([
      [.read, .send(ok()), .awaitGo, .send(unasked), .tell("said"), .awaitEnd],
      [.read, .send(ok("second"))],
    ])
    #expect(bench.ask(try get()) == .answered())
    bench.server.go()
    bench.await("said")
    #expect(bench.ask(try put()) == .answered(200, "second"))
    #expect(bench.server.connectionCount == 2)
    #expect(bench.server.requests.count == 2)
  }
}
