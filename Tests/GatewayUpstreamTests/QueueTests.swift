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

@Suite struct TurnstileTests {
  @Test func `it lets in, keeps waiting and refuses, in this order`() {
    var turnstile = Turnstile<Int>(insideCountMax: 2, waitingCountMax: 1)
    #expect((1...4).map { turnstile.enter($0) } == [.enters, .enters, .waits, .refused])
    #expect(turnstile.leave() == 3)
    #expect(turnstile.leave() == nil)
    #expect(turnstile.leave() == nil)
    #expect(turnstile.enter(5) == .enters)
  }

  @Test func `who gives up leaves a place in the line, and the others keep their order`() {
    var turnstile = Turnstile<Int>(insideCountMax: 1, waitingCountMax: 3)
    for visitor in 0...3 { #expect(turnstile.enter(visitor) != .refused) }
    turnstile.giveUp { $0 == 2 }
    turnstile.giveUp { $0 == 7 }
    #expect(turnstile.enter(4) == .waits)
    #expect(turnstile.enter(5) == .refused)
    #expect([turnstile.leave(), turnstile.leave()] == [1, 3])
    #expect(turnstile.giveUpAll() == [4])
    #expect(turnstile.leave() == nil)
  }

  @Test func `it agrees with a plain array over a long time`() {
    var turnstile = Turnstile<Int>(insideCountMax: 1, waitingCountMax: 50)
    #expect(turnstile.enter(-1) == .enters)
    var model: [Int] = []
    for step in 0..<10_000 {
      switch (step &* 7919) % 10 {
      case 0..<5:
        let isTaken = model.count < 50
        if isTaken { model.append(step) }
        #expect(turnstile.enter(step) == (isTaken ? .waits : .refused))
      case 5..<7 where !model.isEmpty:
        let leaving = model.remove(at: step % model.count)
        turnstile.giveUp { $0 == leaving }
      default:
        guard !model.isEmpty else { continue }
        #expect(turnstile.leave() == model.removeFirst())
      }
    }
    #expect(turnstile.giveUpAll() == model)
  }
}
