import GatewayLoop
import GatewayTypes
import GatewayWire
import Testing

@testable import GatewayUpstream

/// Requests that are passed on and come to a bad end, or to none.
@Suite struct StreamEndTests {
  private static let head = "HTTP/1.1 200 OK\r\n"

  static let broken: [String] = [
    "", "SSH-2.0\r\n", head, head + "Content-Le", head + "Content-Length: 3\r\n\r\nab",
    head + "Transfer-Encoding: chunked\r\n\r\n", head + "Transfer-Encoding: chunked\r\n\r\n1\r\na",
    head + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
    head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    head + "Content-Length: 1,1\r\n\r\na", head + "Content-Length: -1\r\n\r\n",
    head + "A: b\r\n c\r\n\r\n", head + "A : b\r\n\r\n", head + "A\r\n\r\n", head + ": b\r\n\r\n",
    head + "A: b\rc\r\n\r\n", head + "A: b\u{1}\r\n\r\n", head + "Ä: b\r\n\r\n",
    "HTTP/1.1 200 O\u{1}K\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 101 Switch\r\n\r\n", "HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n",
  ]

  @Test(arguments: broken)
  func `an answer that is not whole, or not sound, is a failure with a reason`(answer: String) {
    let bench = Bench([[.read, .send(answer)]])
    #expect(bench.passOn(streamed("POST")).end == .failed(.brokenAnswer))
    #expect(bench.reasons.count == 1 && bench.reasons.first != "")
    #expect(bench.server.requests.count == 1)
  }

  @Test func `equal lengths said twice are one`() {
    let length = "Content-Length: 1\r\n"
    let bench = Bench([[.read, .send(StreamEndTests.head + length + length + "\r\na")]])
    let probe = bench.passOn(streamed("GET"))
    #expect(probe.text == "a")
    #expect(probe.head?.size == 1)
    #expect(probe.lines == [])
  }

  @Test func `an answer whose head is not taken ends there`() {
    let bench = Bench([[.read, .send(ok()), .awaitEnd]])
    let (_, probe) = bench.stream(streamed("GET"))
    probe.takesHead = false
    bench.run { probe.end != nil }
    #expect(probe.end == .failed(.brokenAnswer))
  }

  @Test func `a request that is cancelled is heard of no more, and its connection ends`() {
    let bench = Bench([[.read, .tell("here"), .awaitEnd], [.read, .send(ok())]])
    let (stream, probe) = bench.stream(streamed("GET"))
    bench.await("here")
    stream.cancel()
    stream.cancel()
    bench.await("closed 0")
    #expect(bench.passOn(streamed("GET")).end == .whole)
    #expect(probe.end == nil)
    #expect(probe.head == nil)
    #expect(bench.reasons == [])
  }

  @Test func `a body that is given up does not look whole`() {
    let bench = Bench([[.readSome, .tell("here"), .readSome]])
    let (stream, probe) = bench.stream(streamed(body: .chunked))
    bench.run { probe.wishCount == 1 }
    _ = stream.write("some")
    bench.await("here")
    stream.cancel()
    bench.await("closed 0")
    #expect(!bench.server.requests.joined().contains("0\r\n\r\n"))
  }

  @Test func `requests of both kinds wait in one line`() throws {
    let bench = Bench([
      [.read, .tell("1"), .awaitGo, .send(ok()), .read, .send(ok()), .read, .send(ok())]
    ]) { $0.connectionCountMax = 1 }
    let (_, first) = bench.stream(streamed("PUT", "/1"))
    let second = bench.send(try put(to: "/2"))
    let (_, third) = bench.stream(streamed("PUT", "/3"))
    bench.await("1")
    bench.server.go()
    bench.run { first.end != nil && second.outcome != nil && third.end != nil }
    #expect(bench.server.requests.map { $0.prefix(8) } == ["PUT /v1/", "PUT /2 H", "PUT /v1/"])
    #expect(third.end == .whole)
  }

  @Test func `one that waits can be cancelled, and the next takes its turn`() throws {
    let bench = Bench([[.read, .tell("1"), .awaitGo, .send(ok()), .read, .send(ok())]]) {
      $0.connectionCountMax = 1
    }
    let (_, first) = bench.stream(streamed("PUT", "/1"))
    let (waiting, cancelled) = bench.stream(streamed("PUT", "/2"))
    let (_, third) = bench.stream(streamed("PUT", "/3"))
    bench.await("1")
    waiting.cancel()
    bench.server.go()
    bench.run { third.end != nil }
    #expect(first.end == .whole)
    #expect(cancelled.end == nil)
    #expect(bench.server.requests.count == 2)
  }

  @Test func `one too many is refused, later`() {
    let bench = Bench([[.awaitEnd]]) {
      $0.connectionCountMax = 1
      $0.queueCountMax = 0
    }
    let (stream, _) = bench.stream(streamed("GET"))
    let (_, refused) = bench.stream(streamed("GET"))
    #expect(refused.end == nil)
    bench.run { refused.end != nil }
    #expect(refused.end == .failed(.queueFull))
    stream.cancel()
  }

  @Test func `no head in time is a failure`() {
    let bench = Bench([[.read, .awaitEnd]]) { $0.requestTimeout = .milliseconds(100) }
    #expect(bench.passOn(streamed("GET")).end == .failed(.timedOut(mayHaveBeenSent: true)))
  }

  @Test func `who waits for the client, or has begun to answer, is not short of time`() {
    let bench = Bench([
      [.awaitEnd],
      [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"), .awaitGo]
        + [.send("b")], [.read, .awaitEnd],
    ]) { $0.requestTimeout = .milliseconds(200) }
    let (stream, waiting) = bench.stream(streamed(body: .contentLength(1)))
    bench.run { waiting.wishCount == 1 }
    let (_, answering) = bench.stream(streamed("GET"))
    bench.run { answering.text == "a" }
    // One that begins later is over time before anything else happens.
    #expect(bench.passOn(streamed("GET")).end == .failed(.timedOut(mayHaveBeenSent: true)))
    #expect(waiting.end == nil && answering.end == nil)
    bench.server.go()
    bench.run { answering.end != nil }
    #expect(answering.text == "ab")
    stream.cancel()
  }

  @Test func `a read is sent again when its kept connection dies, a write is not`() {
    for (method, end) in [("GET", StreamEnd.whole), ("POST", .failed(.brokenAnswer))] {
      let bench = Bench([[.read, .send(ok()), .read], [.read, .send(ok("again"))]])
      #expect(bench.passOn(streamed("GET")).end == .whole)
      #expect(bench.passOn(streamed(method)).end == end)
      #expect(bench.server.requests.count == (method == "GET" ? 3 : 2))
    }
  }

  @Test func `no connection is a failure, and so is the end of the client`() {
    let refusing = RefusingPort()
    let bench = Bench([[.awaitEnd]]) {
      $0.origin = UpstreamOrigin(isTLS: false, host: "127.0.0.1", port: refusing.port)
    }
    #expect(bench.passOn(streamed("GET")).end == .failed(.notConnected))
    withExtendedLifetime(refusing) {}
    let other = Bench([[.read, .tell("here"), .awaitEnd]])
    let (_, probe) = other.stream(streamed("GET"))
    other.await("here")
    other.client.shutdown()
    #expect(probe.end == .failed(.brokenAnswer))
    let (_, late) = other.stream(streamed("GET"))
    other.run { late.end != nil }
    #expect(late.end == .failed(.notConnected))
  }
}
