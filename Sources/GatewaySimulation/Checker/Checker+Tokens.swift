import GatewayLogic
import GatewayTypes

/// What a session does while it waits for a token: PROTOCOL.md, "Tokens".
extension Checker {
  /// A session wants something done.
  func wanted(_ effect: SessionEffect, by id: ConnectionID) {
    guard let record = connections[id] else { return }
    switch effect {
    case .send(.authFailed(.expired, requestID: nil)):
      asked(record, id)
    case .send(.authSuccess):
      connections[id]?.isAsked = false
      connections[id]?.newestWhenRenewed = record.newest
      connections[id]?.waiting = []
    case .identified(let user):
      connections[id]?.user = user
    case .write(let write):
      if record.isAsked { fail("a write goes on although its client was asked for a token") }
      started(write, record, id)
    case .renewed(let resource, _, _):
      if record.isAsked { fail("\(resource.words) goes on although a token was asked for") }
    case .close(let code, _):
      if code == .unauthenticated, record.isAsked { checkHeldAreAnswered(record) }
      connections[id]?.isClosing = true
    case .leave(let note):
      connections[id]?.joined[note] = nil
    case .send, .verify, .join, .enter, .expired, .withdrawn, .wake:
      break
    }
  }

  /// A token was found to be good until `end`.
  func verified(_ token: BearerToken, until end: MonotonicTime, on id: ConnectionID) {
    connections[id]?.token = token
    connections[id]?.tokenEnd = end
    connections[id]?.tokenNumber += 1
  }

  /// The session was told that a write waits for a token.
  func toldOfWait(_ writer: Writer, _ resource: Resource) {
    // What is said of an older token may be over by now.
    guard connections[writer.connection]?.tokenNumber == writer.tokenNumber else { return }
    connections[writer.connection]?.waiting.insert(writer.operation)
  }

  /// A client hears that the gateway is going away: once, before it is its turn to be closed.
  func toldToGo(_ id: ConnectionID) {
    if !isDraining { fail("a client is told to go although the gateway stays") }
    if connections[id]?.isToldToGo == true { fail("a client is told to go twice") }
    connections[id]?.isToldToGo = true
  }

  /// The session was told to answer what it has taken, and to take nothing more.
  func drained(_ id: ConnectionID) {
    guard let record = connections[id] else { return }
    if !record.isToldToGo, !record.isClosing { fail("a client is closed and not told to go") }
    connections[id]?.newestWhenDrained = record.newest
  }

  /// The client is asked for a token: its own has run out, or the upstream has refused it.
  private func asked(_ record: ConnectionRecord, _ id: ConnectionID) {
    if record.isAsked { fail("a client is asked for a token twice") }
    connections[id]?.isAsked = true
    connections[id]?.newestWhenAsked = record.newest
    guard let token = record.token, let end = record.tokenEnd else {
      return fail("a client is asked for a token that had none")
    }
    let hasRunOut = end <= now && conditions.sessionRules.expiry == .enforced
    if !refusedTokens.contains(token), !hasRunOut {
      fail("a client is asked for a token although its own is good")
    }
  }

  /// A request has become a write: the first of those that are the same.
  private func started(_ write: Write, _ record: ConnectionRecord, _ id: ConnectionID) {
    let request = ClientRequest.change(write.resource, write.change)
    let index = record.unanswered.firstIndex { $0.request == request && $0.operation == nil }
    guard let index else { return fail("a write is sent that nobody asked for") }
    connections[id]?.unanswered[index].operation = write.writer.operation
  }

  /// A write is answered with `token_expired` by its session: it must never be done then.
  func expectNoToken(_ report: ErrorReport, on id: ConnectionID) {
    guard report.code == .tokenExpired, let record = connections[id],
      let number = report.requestID.flatMap(Checker.number),
      let request = record.unanswered.first(where: { $0.number == number }),
      let operation = request.operation
    else { return }
    givenUp.insert(.said(id, operation))
  }

  /// No token has come in time: writes that are known to wait for one were told so before the
  /// connection is closed.
  private func checkHeldAreAnswered(_ record: ConnectionRecord) {
    for held in record.unanswered {
      guard case .change(let resource, _) = held.request else { continue }
      // One that is draining takes nothing new, and answers nothing of that.
      if let newest = record.newestWhenDrained, held.number > newest { continue }
      let isAside = held.operation.map(record.waiting.contains) ?? false
      if held.number > record.newestWhenAsked || isAside {
        fail("a write to \(resource.words) waited for a token and is not answered")
      }
    }
  }
}
