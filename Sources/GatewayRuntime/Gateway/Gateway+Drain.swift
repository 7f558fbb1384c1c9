import GatewayConfiguration
import GatewayLoop
import Glibc

/// How a gateway comes to its end.
///
///     signal ──▶ nobody begins to connect ──▶ who had begun is accepted, listeners close
///                                                  └──▶ clients are told, and closed in turn
///
/// Another process may listen on the same port by then, or come to: from the first step on the
/// kernel sends clients there, and none of them is refused or reset in between.
extension Gateway {
  /// Who has sent its first packet has its second one here by then, from most places.
  private static let handshakeTime = Duration.milliseconds(100)
  /// A worker that hangs keeps the clients of the others no longer.
  private static let closingTimeMax = Duration.seconds(1)

  func stopRequested(by signal: CInt) {
    switch phase {
    case .starting, .running:
      let (clientCount, grace) = (counts.webSocketCount, running.configuration.shutdownGrace)
      log.info(
        "stopping: taking nothing new", [.signal: signal, .connections: clientCount])
      phase = .draining
      service.tell(
        .stopping(
          status: "Closing \(clientCount) connections within \(grace)",
          // The threads end after it.
          within: grace + .seconds(5)))
      graceToTell = grace
      let handshakeTime = min(Gateway.handshakeTime, grace / 10)
      tellAll(.stopListening(after: handshakeTime))
      drainTimer?.start(after: handshakeTime + Gateway.closingTimeMax)
      graceTimer?.start(after: grace)
    case .draining, .finishing:
      // Nothing waits for anything any more, the log's last lines included.
      _exit(1)
    }
  }

  /// Has all clients told, once: now that the listeners are closed, none of them comes back here.
  func drain() {
    guard phase == .draining, let grace = graceToTell else { return }
    graceToTell = nil
    tellAll(.drain(Departures(clientCount: counts.webSocketCount, grace: grace)))
  }

  func logRemains() {
    guard !remains.isEmpty else { return }
    log.warning(
      "shutdown_grace is over: what was left was closed, with what was in flight",
      [
        .connections: remains.connectionCount, .requests: remains.requestCount,
        .writes: remains.writeCount, .waitingWrites: remains.waitingWriteCount,
      ])
  }
}
