import GatewayLogic
import GatewayLoop
import GatewayTokens
import GatewayTypes

/// Whose tokens are: judged at once where the keys are there, otherwise when the main thread has
/// said what came of fetching them.
extension Worker {
  /// Judges a token for the session `id`, from among its effects. Without the token's key the
  /// session is told later.
  func verify(_ token: BearerToken, _ requestID: RequestID?, for id: ConnectionID) {
    let judgement = tokens.judge(token, at: SystemClock.wall)
    if case .keyMissing = judgement, let connection = connections[id] {
      let isRenewal = connection.session.user != nil
      let isFirst = waitingTokens.insert(
        WaitingTokens.Entry(
          connection: id, token: token, requestID: requestID, isRenewal: isRenewal))
      if isFirst { report(.unknownKey(worker: index, of: isRenewal ? .renewal : .stranger)) }
      return
    }
    _ = connections.update(id) { connection in
      tell(&connection, judgement, of: token, requestID, into: &sessionEffects)
    }
  }

  /// The rules or the keys are others from now on.
  func keysChanged(_ judge: TokenJudge) {
    tokens.replace(with: judge)
    judgeAgain(upTo: .renewal)
  }

  /// The configuration has changed, and with it maybe where keys come from: what waits for a key
  /// is as if it had come now, so that whoever fetches now hears of it.
  func judgeAnew(by judge: TokenJudge) {
    tokens.replace(with: judge)
    for write in waitingRequests.take() { consider(write) }
    for entry in waitingTokens.take(upTo: .renewal) {
      verify(entry.token, entry.requestID, for: entry.connection)
      runSessionEffects(for: entry.connection)
    }
  }

  /// There are no new keys for the tokens that wait.
  func noNewKeys(upTo asker: KeyAsker) {
    judgeAgain(upTo: asker)
  }

  /// For the last time: a key that is still missing is not waited for again.
  private func judgeAgain(upTo asker: KeyAsker) {
    for write in waitingRequests.take() { goOn(write) }
    for entry in waitingTokens.take(upTo: asker) {
      let judgement = tokens.judge(entry.token, at: SystemClock.wall)
      let isOpen: Void? = connections.update(entry.connection) { connection in
        tell(&connection, judgement, of: entry.token, entry.requestID, into: &sessionEffects)
      }
      if isOpen != nil { runSessionEffects(for: entry.connection) }
    }
  }

  private func tell(
    _ connection: inout ConnectionTable.Connection, _ judgement: TokenJudge.Judgement,
    of token: BearerToken, _ requestID: RequestID?, into effects: inout [SessionEffect]
  ) {
    switch judgement {
    case .good(let verified):
      guard count(&connection, as: verified.user) else {
        metrics.authentications.count(.tooManyConnections)
        connection.session.refusedForConnections(requestID: requestID, into: &effects)
        return
      }
      connection.session.verified(
        verified.user, token, expiresAt: verified.expiresAt, requestID: requestID,
        now: SystemClock.monotonic, wallNow: SystemClock.wall,
        clockSkew: tokens.judge.clockSkew, into: &effects)
      let isTheirs = connection.session.user == verified.user
      metrics.authentications.count(isTheirs ? .success : .failed)
    case .keyMissing(reason: let reason):
      refuse(&connection.session, .failed, reason, requestID, into: &effects)
    case .bad(let failure, reason: let reason):
      refuse(&connection.session, failure, reason, requestID, into: &effects)
    }
  }

  private func refuse(
    _ session: inout Session, _ failure: AuthenticationFailure, _ reason: String,
    _ requestID: RequestID?, into effects: inout [SessionEffect]
  ) {
    metrics.authentications.count(AuthenticationResult(failure))
    log.debug("authentication failed", [.connection: session.connection, .reason: reason])
    session.authenticationFailed(failure, requestID: requestID, into: &effects)
  }
}
