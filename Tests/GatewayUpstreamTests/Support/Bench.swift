import GatewayLoop
import GatewayTypes
import Testing

@testable import GatewayUpstream

/// An upstream client, a scripted server for it, and the loop, which runs only while a test waits.
final class Bench {
  let loop = Loop()
  let server: ScriptedServer
  let client: UpstreamClient
  /// Why requests failed, oldest first.
  var reasons: [String] { reasonLog.reasons }
  private let reasonLog = ReasonLog()
  private var events: [String] = []
  private var watchdog: Timer?
  private var hasBitten = false

  private static let isPrepared = UpstreamClient.prepareProcess()

  /// `adjust` changes the settings that would reach the server over plain HTTP.
  init(
    _ scripts: [[ScriptedServer.Step]] = [], adjust: (inout UpstreamSettings) -> Void = { _ in }
  ) {
    precondition(Bench.isPrepared, "the installed libcurl is enough")
    let server = ScriptedServer(scripts)
    var settings = UpstreamSettings(
      origin: UpstreamOrigin(isTLS: false, host: "127.0.0.1", port: server.port),
      hostField: "notes.example", userAgent: "notes-gateway/test", connectTimeout: .seconds(20),
      requestTimeout: .seconds(20))
    adjust(&settings)
    self.server = server
    client = UpstreamClient(on: loop, settings: settings) { [reasonLog] _, reason in
      reasonLog.reasons.append(reason)
    }
    watchdog = Timer(on: loop) { [unowned self] in
      hasBitten = true
      loop.stop()
    }
    server.events.open(on: loop) { [unowned self] in
      events += server.events.take()
      loop.stop()
    }
  }

  deinit {
    client.shutdown()
    server.stop()
    server.events.close()
    // Before the loop.
    watchdog = nil
  }

  /// Runs the loop until `isDone`, for at most 30 seconds.
  func run(until isDone: () -> Bool) {
    watchdog?.start(after: .seconds(30))
    while !isDone(), !hasBitten { loop.run() }
    watchdog?.stop()
    #expect(!hasBitten, "what the test waited for did not happen")
  }

  /// Runs the loop until the server has told `event`.
  func await(_ event: String) {
    run { events.contains(event) }
  }

  /// Sends without waiting. The result fills as the loop runs.
  func send(_ request: UpstreamRequest) -> Reply {
    let reply = Reply()
    client.send(request) { [loop] outcome in
      #expect(reply.outcome == nil, "answered twice")
      reply.outcome = outcome
      loop.stop()
    }
    return reply
  }

  /// Sends and waits for what comes of it.
  func ask(_ request: UpstreamRequest) -> UpstreamOutcome? {
    let reply = send(request)
    run { reply.outcome != nil }
    return reply.outcome
  }
}

private final class ReasonLog {
  var reasons: [String] = []
}

/// What came of a request that was sent.
final class Reply {
  var outcome: UpstreamOutcome?
}

func get(_ target: String = "/api/notes/1") throws -> UpstreamRequest {
  try UpstreamRequest(method: "GET", target: target)
}

func put(_ json: String = #"{"title":"x"}"#, to target: String = "/api/notes/1") throws
  -> UpstreamRequest
{
  try UpstreamRequest(method: "PUT", target: target, json: Array(json.utf8))
}

/// 200 with a body that names itself, on a connection that stays open.
func ok(_ body: String = "{}") -> String {
  "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

extension UpstreamOutcome {
  static func answered(_ status: Int = 200, _ body: String = "{}") -> UpstreamOutcome {
    .answered(UpstreamAnswer(status: status, body: Array(body.utf8)))
  }
}
