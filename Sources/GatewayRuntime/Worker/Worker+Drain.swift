import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes

/// How a worker comes to its end.
extension Worker {
  /// The beginning of the end. Nobody is told yet: who comes back at once would come back here.
  func stopListening(after handshakeTime: Duration) {
    guard phase == .running else { return }
    front.holdClientsOff()
    listenTimer?.start(after: handshakeTime)
  }

  func closeListeners() {
    front.stopListening()
    report(.stoppedListening(worker: index))
  }

  /// Takes nothing new, and tells each client when to come back. Everything goes on for it until it
  /// is its turn to be closed; then its requests are answered first.
  func drain(_ departures: Departures) {
    guard phase == .running else { return }
    phase = .draining
    self.departures = departures
    front.stopListening()
    // Keys that come now come too late for them.
    for write in waitingRequests.take() { goOn(write) }
    let now = SystemClock.monotonic
    for id in connections.ids {
      let departure = announceDeparture(of: id, departures)
      departing.append((id, now + departure.closeAfter))
    }
    closeDeparting()
    reportIfEmptied()
  }

  /// A connection was let in just before: it hears at once what the others heard.
  func departAtOnce(_ id: ConnectionID) {
    if let departures { _ = announceDeparture(of: id, departures) }
    withSession(id) { session, effects in session.drain(into: &effects) }
  }

  private func announceDeparture(
    of id: ConnectionID, _ departures: Departures
  ) -> DepartureSchedule.Departure {
    let departure = departures.next()
    withSession(id) { session, effects in
      session.announceDeparture(reconnectAfter: departure.reconnectAfter, into: &effects)
    }
    return departure
  }

  /// Closes those whose turn has come. Drawn one after another, they are in order.
  func closeDeparting() {
    let now = SystemClock.monotonic
    while let (id, time) = departing.first {
      guard time <= now else {
        departureTimer?.start(after: time - now)
        return
      }
      departing.removeFirst()
      withSession(id) { session, effects in session.drain(into: &effects) }
    }
  }

  func reportIfEmptied() {
    if phase == .draining, connections.count == 0, exchangeCount == 0, watched.isEmpty,
      !front.awaitsRequests
    {
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

  /// Ends the loop at the end of this turn, whatever is under way. Who is still there is at least
  /// told that it is the gateway that goes.
  func abandon() {
    remains = unfinished
    for id in connections.ids {
      front.close(id, .goingAway, reason: Session.goingAwayReason)
    }
    loop.stop()
  }
}
