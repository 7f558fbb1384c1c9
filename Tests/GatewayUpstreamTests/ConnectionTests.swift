import GatewayTypes
import Testing

@testable import GatewayUpstream

/// Connections: made, kept, given up.
@Suite struct ConnectionTests {
  @Test func `a connection is used again`() throws {
    let bench = Bench([[.read, .send(ok("1")), .read, .send(ok("2")), .read, .send(ok("3"))]])
    for body in ["1", "2", "3"] { #expect(bench.ask(try put()) == .answered(200, body)) }
    #expect(bench.server.connectionCount == 1)
  }

  @Test func `a connection is not used again after an answer that says so`() throws {
    let last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    let bench = Bench([[.read, .send(last), .awaitEnd], [.read, .send(ok("2"))]])
    #expect(bench.ask(try put()) == .answered())
    #expect(bench.ask(try put()) == .answered(200, "2"))
  }

  @Test func `a connection is not used again after an answer that broke off`() throws {
    let bench = Bench(
      [[.read, .send(ok("12345")), .awaitEnd], [.read, .send(ok("2"))]]
    ) { $0.answerSizeMax = 4 }
    #expect(bench.ask(try put()) == .failed(.answerTooLarge))
    #expect(bench.ask(try put()) == .answered(200, "2"))
  }

  @Test func `no connection is used again with an idle time-out below a second`() throws {
    let bench = Bench(
      [[.read, .send(ok("1")), .awaitEnd], [.read, .send(ok("2"))]]
    ) { $0.idleTimeout = .milliseconds(999) }
    #expect(bench.ask(try put()) == .answered(200, "1"))
    #expect(bench.ask(try put()) == .answered(200, "2"))
    #expect(bench.server.connectionCount == 2)
  }

  @Test func `a refused connection is not a connection`() throws {
    let refusing = RefusingPort()
    let bench = Bench {
      $0.origin = UpstreamOrigin(isTLS: false, host: "127.0.0.1", port: refusing.port)
    }
    #expect(bench.ask(try put()) == .failed(.notConnected))
    #expect(bench.reasons.first?.contains("connect") == true)
    withExtendedLifetime(refusing) {}
  }

  @Test func `a name that nobody has is not a connection`() throws {
    let bench = Bench {
      $0.origin = UpstreamOrigin(isTLS: false, host: "nobody.invalid", port: 80)
      // The resolver may want longer than that where there is no network.
      $0.connectTimeout = .seconds(1)
    }
    #expect(bench.ask(try put()) == .failed(.notConnected))
  }

  @Test func `a server that does not speak TLS is not a connection`() throws {
    let bench = Bench([[.send("HTTP/1.1 400 Bad Request\r\n\r\n")]]) {
      $0.origin = $0.origin.overTLS
    }
    #expect(bench.ask(try put()) == .failed(.notConnected))
  }

  @Test func `a handshake that is not done in the connect time-out is not a connection`() throws {
    let bench = Bench([[.awaitEnd]]) {
      $0.origin = $0.origin.overTLS
      $0.connectTimeout = .milliseconds(50)
    }
    #expect(bench.ask(try put()) == .failed(.notConnected))
  }

  @Test func `without a connection in the time for the request, nothing was sent`() throws {
    let bench = Bench([[.awaitEnd]]) {
      $0.origin = $0.origin.overTLS
      $0.requestTimeout = .milliseconds(50)
    }
    #expect(bench.ask(try put()) == .failed(.timedOut(mayHaveBeenSent: false)))
  }

  static let slowAnswers: [[ScriptedServer.Step]] = [
    [.read],
    // A byte is no answer, and does not start the time anew.
    [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")],
    // Not even the whole request was read.
    [],
  ]

  @Test(arguments: slowAnswers)
  func `without an answer in the time for the request, it may have been sent`(
    script: [ScriptedServer.Step]
  ) throws {
    let bench = Bench([script + [.tell("here"), .awaitEnd]]) {
      $0.requestTimeout = .seconds(1)
    }
    let reply = bench.send(try put())
    bench.await("here")
    bench.run { reply.outcome != nil }
    #expect(reply.outcome == .failed(.timedOut(mayHaveBeenSent: true)))
  }

  @Test func `a time-out closes the connection, and the next request gets another`() throws {
    let bench = Bench([[.read, .awaitEnd], [.read, .send(ok())]]) {
      $0.requestTimeout = .seconds(1)
    }
    #expect(bench.ask(try put()) == .failed(.timedOut(mayHaveBeenSent: true)))
    bench.await("closed 0")
    #expect(bench.ask(try put()) == .answered())
  }
}

extension UpstreamOrigin {
  fileprivate var overTLS: UpstreamOrigin {
    UpstreamOrigin(isTLS: true, host: host, port: port)
  }
}
