import GatewayLogic
import GatewayTesting
import GatewayTypes

/// The request of number `number` that a client of worker 3 makes by REST.
func proxied(
  _ number: UInt64, _ kind: ProxiedWrite.Kind = .update, of resource: Resource = .note(red),
  by user: UserID = ada, exception: ConnectionID? = nil
) -> ProxiedWrite {
  ProxiedWrite(
    ticket: ProxyTicket(worker: 3, number: number), resource: resource, kind: kind, user: user,
    token: token, exception: exception)
}

let accepted = ProxiedOutcome.accepted(changes: changes, answer: answer)
let nobody = Author(user: ada, connection: nil)

/// A lane with its clock.
final class ProxiedBench {
  var lane: WriteLane
  var clock = ManualClock()

  init(waitingCountMax: Int = 8) {
    lane = WriteLane(
      rules: WriteLane.Rules(waitingCountMax: waitingCountMax), position: position(0))
  }

  @discardableResult
  func submit(_ write: ProxiedWrite) -> [WriteLaneEffect] {
    effects { lane.submit(write, at: clock.now, into: &$0) }
  }

  @discardableResult
  func submit(_ write: Write) -> [WriteLaneEffect] {
    effects { lane.submit(write, at: clock.now, into: &$0) }
  }

  @discardableResult
  func end(_ write: ProxiedWrite, _ outcome: ProxiedOutcome = accepted) -> [WriteLaneEffect] {
    effects {
      lane.proxiedEnded(write.ticket, outcome, at: clock.now, wallNow: later, into: &$0)
    }
  }

  func withdraw(_ write: ProxiedWrite) -> [WriteLaneEffect] {
    effects { lane.proxiedWithdrawn(write.ticket, at: clock.now, into: &$0) }
  }

  @discardableResult
  func create(_ write: ProxiedWrite, as data: JSONText? = answer) -> [WriteLaneEffect] {
    effects {
      lane.proxiedDone(
        write,
        data.map { .accepted(changes: noteData, answer: $0) } ?? .acceptedUnseen(changes: nil),
        at: clock.now, wallNow: later, into: &$0)
    }
  }

  @discardableResult
  func answered(_ reply: UpstreamReply) -> [WriteLaneEffect] {
    effects { lane.upstreamAnswered(reply, at: clock.now, wallNow: later, into: &$0) }
  }

  func compared(_ isSame: Bool) -> [WriteLaneEffect] {
    effects { lane.compared(isSame: isSame, at: clock.now, into: &$0) }
  }

  /// A whole write by REST.
  @discardableResult
  func write(_ write: ProxiedWrite, _ outcome: ProxiedOutcome = accepted) -> [WriteLaneEffect] {
    submit(write)
    return end(write, outcome)
  }
}
