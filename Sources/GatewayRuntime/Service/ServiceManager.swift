import GatewayLoop
import GatewayTypes

/// Tells the service manager how the gateway is, and that its workers turn. Does nothing without
/// one. Source: OPERATIONS.md, "systemd".
///
/// Thread: the main one.
final class ServiceManager {
  private let environment: ServiceEnvironment
  private let log: Log
  private var pulse: WorkerPulse
  private var timer: Timer?
  private var hasFailed = false

  /// `ask` is to ask all workers to answer, by `answered`.
  init(
    _ environment: ServiceEnvironment, workers: [UInt16], on loop: Loop, log: Log,
    ask: @escaping (_ round: Int) -> Void
  ) {
    self.environment = environment
    self.log = log
    pulse = WorkerPulse(workers: workers)
    guard let time = environment.watchdogTime, environment.notifySocket != nil else { return }
    timer = Timer(on: loop) { [unowned self] in
      if let round = pulse.nextRound() { ask(round) }
    }
    // Three times, so that neither an answer that takes a moment nor a late timer is taken for a
    // worker that hangs.
    timer?.start(every: max(.milliseconds(1), time / 3))
  }

  func tell(_ notification: ServiceNotification) {
    guard let socket = environment.notifySocket else { return }
    let error = ServiceSocket.send(notification.text, to: socket)
    if error != nil, !hasFailed {
      log.warning(
        "the service manager could not be told how the gateway is", as: .serviceManagerNotTold,
        [.error: error])
    }
    hasFailed = error != nil
  }

  /// A worker has answered.
  func answered(_ worker: UInt16, round: Int) {
    if pulse.answered(worker, round: round) { tell(.watchdog) }
  }

  /// A worker has ended as it was told to, and answers no more.
  func ended(_ worker: UInt16) {
    if pulse.ended(worker) { tell(.watchdog) }
  }
}

@available(*, unavailable)
extension ServiceManager: Sendable {}
