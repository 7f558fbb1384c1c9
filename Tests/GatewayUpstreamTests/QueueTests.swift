import GatewayLoop
import GatewayTypes
import Testing

@testable import GatewayUpstream

/// How many requests are in flight, how many wait, and what becomes of them.
@Suite struct QueueTests {
  @Test func `requests beyond the connections wait and go in their order`() throws {
    let bench = Bench([
      [.read, .tell("1 is here"), .awaitGo, .send(ok()), .read, .send(ok()), .read, .send(ok())]
    ]) { $0.connectionCountMax = 1 }
    let replies = try (1...3).map { bench.send(try put(to: "/\($0)")) }
    bench.await("1 is here")
    #expect(bench.server.requests.count == 1)
    bench.server.go()
    bench.run { replies.allSatisfy { $0.outcome != nil } }
    #expect(replies.map(\.outcome) == [.answered(), .answered(), .answered()])
    #expect(bench.server.requests.map { $0.prefix(6) } == ["PUT /1", "PUT /2", "PUT /3"])
  }

  @Test func `as many requests are in flight as connections are allowed`() throws {
    let script: [ScriptedServer.Step] = [.read, .tell("here"), .awaitGo, .send(ok())]
    let bench = Bench([script, script, script]) {
      $0.connectionCountMax = 3
      $0.queueCountMax = 0
    }
    let replies = try (1...3).map { _ in bench.send(try put()) }
    bench.run { bench.server.requests.count == 3 }
    #expect(bench.ask(try put()) == .failed(.queueFull))
    for _ in 1...3 { bench.server.go() }
    bench.run { replies.allSatisfy { $0.outcome == .answered() } }
    #expect(bench.server.connectionCount == 3)
  }

  @Test func `a request beyond the queue fails, later, and those in the queue go on`() throws {
    let bench = Bench([[.read, .send(ok()), .read, .send(ok())]]) {
      $0.connectionCountMax = 1
      $0.queueCountMax = 1
    }
    let replies = try (1...3).map { _ in bench.send(try put()) }
    #expect(replies.map(\.outcome) == [nil, nil, nil])
    bench.run { replies.allSatisfy { $0.outcome != nil } }
    #expect(replies.map(\.outcome) == [.answered(), .answered(), .failed(.queueFull)])
  }

  @Test func `requests that are passed on leave connections and places in the line to the others`()
    throws
  {
    let slow: [ScriptedServer.Step] = [.read, .tell("a guest"), .awaitGo, .send(ok())]
    let bench = Bench([slow, slow, slow, [.read, .send(ok("own")), .read, .send(ok("own"))]]) {
      $0.connectionCountMax = 4
      $0.queueCountMax = 4
    }
    // Three in flight, three that wait, and two too many.
    let guests = (1...8).map { bench.stream(streamed("GET", "/\($0)")).1 }
    bench.run { guests[6...].allSatisfy { $0.end == .failed(.queueFull) } }
    bench.run { bench.server.requests.count == 3 }
    let replies = try (1...2).map { _ in bench.send(try put()) }
    bench.run { replies.allSatisfy { $0.outcome == .answered(200, "own") } }
    #expect(guests[..<6].allSatisfy { $0.end == nil })
    #expect(bench.server.requests.suffix(2).allSatisfy { $0.hasPrefix("PUT") })
  }

  @Test func `a request that waits too long was not sent`() throws {
    let bench = Bench([[.read, .awaitEnd], [.read, .awaitEnd]]) {
      $0.connectionCountMax = 1
      $0.requestTimeout = .seconds(1)
    }
    // The second gets the first's place when their time is over; the third waits on, in vain.
    let replies = try (1...3).map { bench.send(try put(to: "/\($0)")) }
    bench.run { replies.allSatisfy { $0.outcome != nil } }
    let outcomes = replies.map(\.outcome)
    #expect(outcomes[0] == .failed(.timedOut(mayHaveBeenSent: true)))
    #expect(outcomes[2] == .failed(.timedOut(mayHaveBeenSent: false)))
    #expect(bench.server.requests.allSatisfy { !$0.hasPrefix("PUT /3") })
  }

  @Test func `what is sent from within an answer is answered too`() throws {
    let bench = Bench([[.read, .send(ok("1")), .read, .send(ok("2"))]]) {
      $0.connectionCountMax = 1
    }
    let second = Reply()
    let request = try put()
    bench.client.send(request) { [client = bench.client, loop = bench.loop] _ in
      client.send(request) { outcome in
        second.outcome = outcome
        loop.stop()
      }
    }
    bench.run { second.outcome != nil }
    #expect(second.outcome == .answered(200, "2"))
  }

  @Test func `a shutdown answers all: what was sent is unknown, what was not is not`() throws {
    let bench = Bench([[.read, .tell("1 is here"), .awaitEnd]]) {
      $0.connectionCountMax = 1
      $0.queueCountMax = 1
    }
    let replies = try (1...2).map { _ in bench.send(try put()) }
    bench.await("1 is here")
    bench.client.shutdown()
    #expect(replies[0].outcome == .failed(.brokenAnswer))
    #expect(replies[1].outcome == .failed(.notConnected))
  }

  @Test func `a shutdown right after a send knows that nothing was sent`() throws {
    let bench = Bench {
      $0.connectionCountMax = 1; $0.queueCountMax = 0
    }
    let replies = [bench.send(try put()), bench.send(try put())]
    bench.client.shutdown()
    #expect(replies.map(\.outcome) == [.failed(.notConnected), .failed(.queueFull)])
    #expect(bench.ask(try put()) == .failed(.notConnected))
    #expect(bench.server.connectionCount == 0)
  }
}
