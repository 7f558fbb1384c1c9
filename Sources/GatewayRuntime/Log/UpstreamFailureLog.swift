import GatewayLoop
import GatewayTypes

/// Tells the operator that the notes API can't be reached, or answers wrongly: once a second at
/// most.
///
/// Thread: one worker's.
final class UpstreamFailureLog {
  private let log: Log
  private var gate = LogGate()

  init(_ log: Log) {
    self.log = log
  }

  func note(_ failure: UpstreamFailure, _ reason: String) {
    guard let heldBackCount = gate.pass(at: SystemClock.monotonic) else { return }
    log.warning(
      "a request to the notes API failed", [.reason: reason, .notLogged: heldBackCount])
  }
}
