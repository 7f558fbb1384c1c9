import GatewayLoop
import GatewayUpstream

/// The clients of the notes API that a worker has over time.
extension Worker {
  /// Clients that may still have something under way, such as a stream that never ends, when the
  /// configuration has another one by now. Beyond it the oldest is ended.
  private static let retiredUpstreamCountMax = 8

  static func makeUpstream(on loop: Loop, _ setup: Setup) -> UpstreamClient {
    UpstreamClient(
      on: loop, settings: setup.upstream,
      failed: { [log = setup.log] failure, reason in
        log.warning(
          "a request to the notes API failed", as: .upstreamFailed(failure), [.reason: reason])
      },
      recovered: { [log = setup.log] duration in
        log.notice(
          "the notes API answers again", as: .upstreamRecovered, [.durationMs: duration])
      })
  }

  /// Of all of them.
  var upstreamInFlightCount: Int {
    retiredUpstreams.reduce(upstream.inFlightCount) { $0 + $1.inFlightCount }
  }

  /// What is asked from now on goes where the new setup says; what is under way ends as it began.
  func replaceUpstream() {
    retiredUpstreams.append(upstream)
    upstream = Worker.makeUpstream(on: loop, setup)
    endRetiredUpstreams(keeping: Worker.retiredUpstreamCountMax)
  }

  /// Ends those that have nothing under way, and the oldest of more than `countMax`.
  func endRetiredUpstreams(keeping countMax: Int) {
    let ended = retiredUpstreams.enumerated().filter { index, client in
      client.isIdle || retiredUpstreams.count - index > countMax
    }
    retiredUpstreams.removeAll { client in ended.contains { $0.element === client } }
    for (_, client) in ended { client.shutdown() }
  }
}
