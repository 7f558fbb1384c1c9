import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes

/// How a worker comes to its end.
extension Worker {
  /// Takes nothing new; each connection is closed when its requests are answered.
  func drain() {
    guard phase == .running else { return }
    phase = .draining
    front.stopListening()
    // Nobody will be here to hear of them.
    for write in waitingRequests.take() { goOn(write) }
    for id in connections.ids {
      withSession(id) { session, effects in session.drain(into: &effects) }
    }
    reportIfEmptied()
  }

  func reportIfEmptied() {
    if phase == .draining, connections.count == 0, exchangeCount == 0, watched.isEmpty {
      phase = .emptied
      report(.emptied(worker: index))
    }
  }

  /// Ends the loop when there is nothing left to do, and nobody who could bring something.
  func endIfFinished() {
    if phase == .finishing, connections.count == 0, exchangeCount == 0, watched.isEmpty,
      home.busyLaneCount == 0
    {
      loop.stop()
    }
  }
}
