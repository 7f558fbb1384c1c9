import GatewayLogic
import GatewayTransport
import GatewayTypes
import GatewayWire

/// What becomes of a worker's work when the configuration changes. No connection is closed.
extension Worker {
  /// From now on all goes by `new`: for connections, notes and requests that are there as well,
  /// except for times that have begun and requests that were passed on.
  func setupChanged(_ new: Setup, number: Int) {
    let old = setup
    setup = new
    // A connection that was given a secret signs its messages to its end.
    setup.parser = ClientMessageParser(
      updatableFields: new.parser.updatableFields,
      opensEnvelopes: new.parser.opensEnvelopes || old.parser.opensEnvelopes)
    front.settingsChanged(new.transport)
    if new.upstreamNumber != old.upstreamNumber { replaceUpstream() }
    home.rulesChanged(new.homeRules)
    for id in connections.ids {
      withSession(id) { session, effects in session.rulesChanged(new.rules, into: &effects) }
    }
    judgeAnew(by: new.tokens)
    report(.tookSetup(worker: index, number: number))
  }
}
