import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What clients write by REST: passed on at once or when it is their turn.
extension SimulatedWorker {
  /// A request that is watched.
  struct Watched {
    let request: ClientsRequest
    let ticket: ProxyTicket
    var turn: WatchedTurn
  }

  /// A request has arrived.
  func requested(_ request: ClientsRequest) {
    // The head of a late one had been read in part when the worker was told to stop.
    let mayBeLate = phase.isStopping && world.random.happens(percent: 30)
    guard !request.isAbandoned, phase == .running || mayBeLate else { return }
    // Another worker may have ended, and with it the lane.
    if phase == .emptied, world.fault != .takesRequestsTooLate { return }
    guard isGood(request.token, of: request.user) else {
      unwatchedCount += 1
      world.passOn(request, by: nil, from: index)
      return
    }
    watchedCount += 1
    let ticket = ProxyTicket(worker: UInt16(index), number: watchedCount)
    let write = request.write(ticket)
    watched[watchedCount] = Watched(request: request, ticket: ticket, turn: WatchedTurn(write))
    world.checker.watches(ticket, hasTurn: write != nil)
    if let write {
      post(.proxied(write))
    } else {
      go(watchedCount)
    }
    settle()
  }

  private func isGood(_ token: BearerToken, of user: UserID) -> Bool {
    guard let known = world.tokens[token] else { return false }
    return world.clock.wallNow < known.expiresAt + world.conditions.clockSkew
  }

  /// It is a watched request's turn. If its client went while the lane called it, the lane is about
  /// to hear that it was withdrawn.
  func go(_ write: ProxiedWrite) {
    go(write.ticket.number)
  }

  private func go(_ number: UInt64) {
    guard let entry = watched[number] else { return }
    watched[number]?.turn.go(at: world.clock.now)
    world.checker.passedOn(entry.ticket, isWhole: entry.request.isWhole)
    startTurnTimer()
    world.passOn(entry.request, by: number, from: index)
    if world.isHit(by: .endsTurnsEarly, percent: 20), let write = entry.request.write(entry.ticket)
    {
      post(.proxiedEnded(write, .notAccepted))
      watched[number]?.turn.refused()
    }
  }

  /// Too many wait in the lane of what it changes.
  func refuse(_ write: ProxiedWrite) {
    guard let entry = watched.removeValue(forKey: write.ticket.number) else { return }
    over(entry)
  }

  private func over(_ entry: Watched) {
    entry.request.isOver = true
    world.checker.ended(entry.ticket)
    reportIfEmptied()
  }

  /// The client has gone.
  func abandoned(_ request: ClientsRequest) {
    guard !request.isAbandoned else { return }
    request.isAbandoned = true
    let isWatched = watched.values.contains { $0.request === request }
    if request.isPassedOn, !isWatched { unwatchedEnded(request) }
    guard let number = watched.first(where: { $0.value.request === request })?.key,
      let entry = watched[number]
    else { return }
    // What has been asked whole may be done: its outcome is to be known.
    if entry.turn.awaitsOutcome, request.isWhole, request.isPassedOn { return }
    end(number, .abandoned)
    settle()
  }

  /// A request that nobody watches has ended.
  func unwatchedEnded(_ request: ClientsRequest) {
    guard !request.isOver else { return }
    request.isOver = true
    unwatchedCount -= 1
    reportIfEmptied()
    endIfFinished()
  }

  // MARK: Outcomes

  /// The head of the upstream's answer to a client, or none.
  func answered(_ number: UInt64, _ reply: UpstreamReply, _ call: UpstreamCall) {
    guard let entry = watched[number] else { return }
    guard case .answered(status: let status, _, _) = reply else {
      end(number, .failed)
      settle()
      return
    }
    world.checker.answered(entry.ticket, entry.request.kind, status: status)
    conclude(number, watched[number]?.turn.answered(status: status), nil)
    if entry.request.visibility != .whole, 200..<300 ~= status {
      conclude(number, watched[number]?.turn.passedReach(), nil)
    }
    world.answerFollows(call)
    settle()
  }

  /// The end of the upstream's answer to a client.
  func answerEnded(_ number: UInt64, _ reply: UpstreamReply, isCut: Bool) {
    guard case .answered(_, json: let json, _) = reply, let entry = watched[number] else { return }
    if !isCut, entry.turn.awaitsOutcome {
      world.checker.answered(entry.ticket, entry.request.kind, whole: json)
    }
    let isTaken = isCut && world.fault != .takesCutAnswersForWhole
    end(number, isTaken ? .failed : .whole, json)
    settle()
  }

  private func end(_ number: UInt64, _ end: WatchedTurn.End, _ answer: JSONText? = nil) {
    guard let entry = watched[number] else { return }
    conclude(number, entry.turn.ended(end), answer)
    watched[number] = nil
    over(entry)
  }

  private func conclude(
    _ number: UInt64, _ verdict: WatchedTurn.Verdict?, _ answer: JSONText?
  ) {
    guard let verdict, let entry = watched[number] else { return }
    let request = entry.request
    let outcome: ProxiedOutcome
    switch verdict {
    case .notAccepted:
      outcome = .notAccepted
    case .accepted:
      outcome = .accepted(changes: request.changes, answer: answer)
    case .acceptedUnseen:
      outcome = .acceptedUnseen(changes: request.visibility == .tooLarge ? nil : request.changes)
    }
    // An encoded body says no name.
    let creation =
      request.visibility == .encoded || request.kind != .create
      ? nil : request.write(entry.ticket)
    let message = watched[number]?.turn.tell(corrupted(outcome), creation: creation) ?? nil
    if case .proxiedWithdrawn? = message, world.fault == .forgetsWithdrawals { return }
    if let message { post(message) }
  }

  private func corrupted(_ outcome: ProxiedOutcome) -> ProxiedOutcome {
    guard outcome == .notAccepted, world.isHit(by: .takesRefusalsForYes, percent: 30) else {
      return outcome
    }
    return .acceptedUnseen(changes: nil)
  }

  // MARK: Turns

  private func startTurnTimer() {
    guard !isTurnTimerRunning, world.fault != .neverTakesTurnsBack else { return }
    isTurnTimerRunning = true
    world.schedule(.takesTurnsBack(worker: index), after: world.conditions.requestTimeout)
  }

  /// Asks all that have a turn whether they have to give it back.
  func takeTurnsBack() {
    isTurnTimerRunning = false
    let longest = world.conditions.requestTimeout
    for number in watched.keys.sorted() {
      guard let entry = watched[number] else { continue }
      let overtime = watched[number]?.turn.looked(
        at: world.clock.now, longest: longest, isWhole: entry.request.isWhole)
      switch overtime {
      case .none?, nil: break
      case .notYet?: startTurnTimer()
      case .over(let message)?:
        world.checker.givesBack(entry.ticket)
        post(message)
      }
    }
    settle()
  }
}
