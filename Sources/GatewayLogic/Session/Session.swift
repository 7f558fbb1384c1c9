package import GatewayTypes

/// One WebSocket connection's life, from its first message to its last.
///
///     unauthenticated ──verified──▶ authenticated ◀──verified── expired
///           │                         │    └──ran out, refused───▶ │
///           └──deadline, 5 failures───┴──100 bad messages, drain───┴──grace──▶ closing
///
/// Requests before authentication, and writes while it is expired, are held in their order and go
/// on afterwards. What a request may overlap with, `RequestOrder` says.
///
/// Invariant: each request gets one direct answer, or the connection is closing.
/// Source: PROTOCOL.md.
package struct Session {
  private enum State {
    /// Leaves on the first good token, or by the deadline.
    case unauthenticated(deadline: MonotonicTime)
    /// Leaves when the token runs out, or the upstream does not accept it. `until` nil is never.
    case authenticated(Authentication, until: MonotonicTime?)
    /// Leaves on a renewed token, or at the end of the grace.
    case expired(Authentication, graceEnd: MonotonicTime)
    /// The connection is being closed: nothing is taken any more. Who it was stays known, since the
    /// worker has to take it out of that user's connections.
    case closing(UserID?)
  }

  struct Authentication {
    let user: UserID
    let token: BearerToken
    /// Which of the connection's tokens it is: 1, 2, …
    let tokenNumber: Int
    /// When the token runs out.
    let end: MonotonicTime
  }

  /// What a client is told that is closed because the gateway was told to stop.
  package static let goingAwayReason = "the gateway is going away"

  package let connection: ConnectionID
  /// What the client signs messages with; nil without message signing.
  package let secret: SessionSecret?
  private(set) var rules: SessionRules
  private var state: State
  /// Tokens that are not judged yet. The first one is being judged, the others wait for it: judged
  /// at once they could end in another order, and an older one would stand.
  private var unjudged = FIFO<(token: BearerToken, requestID: RequestID?)>()
  private var failureCount = 0
  private var badMessageCount = 0
  private var seenNonces = SeenNonces()
  private var messageBucket = TokenBucket()
  private var isDraining = false
  var requests = RequestOrder()
  /// Those whose lanes may have writes of this connection aside, while its token does not do.
  var asideAt: [Resource] = []
  /// The notes that the connection has joined.
  package internal(set) var rooms: Set<NoteID> = []

  /// A connection that has just opened; greets the client.
  package init(
    connection: ConnectionID, secret: SessionSecret? = nil, rules: SessionRules,
    at now: MonotonicTime, into effects: inout [SessionEffect]
  ) {
    self.connection = connection
    self.secret = secret
    self.rules = rules
    let deadline = now + rules.authenticationDeadline
    state = .unauthenticated(deadline: deadline)
    effects.append(.send(.connectionEstablished(connection)))
    effects.append(.wake(at: deadline))
  }

  /// The user, once known, to the end of the connection.
  package var user: UserID? {
    switch state {
    case .unauthenticated: nil
    case .authenticated(let authentication, _), .expired(let authentication, _):
      authentication.user
    case .closing(let user): user
    }
  }

  /// Requests that wait for their answers.
  package var unansweredCount: Int { requests.count }

  var authentication: Authentication? {
    switch state {
    case .authenticated(let authentication, _), .expired(let authentication, _): authentication
    case .unauthenticated, .closing: nil
    }
  }

  var isExpired: Bool {
    if case .expired = state { true } else { false }
  }

  /// Whether the client is told, or is about to be told, that the connection ends.
  package var isClosing: Bool {
    if case .closing = state { true } else { false }
  }

  private var isUnauthenticated: Bool {
    if case .unauthenticated = state { true } else { false }
  }

  // MARK: What the client sends

  /// A text or binary message has come, which is `content`. Returns whether it is to be received:
  /// not when there are too many, and then it is answered.
  package mutating func admitMessage(
    _ content: Result<ClientMessage, ClientMessageError>, at now: MonotonicTime,
    into effects: inout [SessionEffect]
  ) -> Bool {
    guard !isClosing else { return false }
    let rate = rules.limits.messagesPerMinute
    guard let wait = messageBucket.take(at: now, countPerMinute: rate) else { return true }
    var report = ErrorReport(.rateLimited, answering: content)
    report.retryAfter = wait
    effects.append(.send(.error(report)))
    return false
  }

  /// A well-formed message of `size` bytes. `wallNow` goes into the answer to a ping, `now`, the
  /// same moment, with a write.
  package mutating func receive(
    _ message: ClientMessage, size: Int, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    badMessageCount = 0
    switch message.request {
    case .ping:
      effects.append(.send(.pong(at: wallNow, requestID: message.requestID)))
    case .authenticate(let token):
      guard unjudged.count < SessionRules.authenticationFailuresMax else {
        effects.append(.send(.error(ErrorReport(.overloaded, answering: message))))
        return
      }
      unjudged.append((token, message.requestID))
      if unjudged.count == 1 { judgeFirst(into: &effects) }
    case .joinNote, .leaveNote, .change:
      if isDraining { return }
      if let refusal = refusalForBounds(size: size) {
        effects.append(.send(.error(ErrorReport(refusal, answering: message))))
      } else {
        requests.append(message, size: size, readAt: now)
        startRequests(into: &effects)
      }
    }
  }

  /// A text that is no message, or a binary one.
  package mutating func receive(
    _ error: ClientMessageError, into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    refuse(ErrorReport(error), into: &effects)
  }

  /// A message in an envelope; `isGenuine` says whether its signature is that of `secret`.
  package mutating func receive(
    _ signed: SignedMessage, isGenuine: Bool, size: Int, at now: MonotonicTime,
    wallNow: WallTime, into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    // A token says enough by itself, and a client that comes back has only the secret of the
    // connection that it lost.
    guard
      signed.isAuthentication
        || isGenuine && seenNonces.admit(signed.nonce, writtenAt: signed.writtenAt, at: wallNow)
    else {
      refuse(ErrorReport(.signatureInvalid, answering: signed.content), into: &effects)
      return
    }
    switch signed.content {
    case .success(let message):
      receive(message, size: size, at: now, wallNow: wallNow, into: &effects)
    case .failure(let error):
      receive(error, into: &effects)
    }
  }

  private mutating func refuse(_ report: ErrorReport, into effects: inout [SessionEffect]) {
    effects.append(.send(.error(report)))
    badMessageCount += 1
    if badMessageCount >= SessionRules.badMessagesMax {
      close(.policyViolation, reason: "too many bad messages", into: &effects)
    }
  }

  /// A message over `Limits.earlyMessageKeptSizeMax`, of which nothing was kept, for it came, or
  /// began to come, before the client had authenticated.
  package mutating func receivedTooEarly(into effects: inout [SessionEffect]) {
    guard !isClosing else { return }
    effects.append(.send(.error(ErrorReport(.authenticationRequired))))
  }

  /// A message over `Limits.messageSizeMax`.
  package mutating func receivedTooLarge(into effects: inout [SessionEffect]) {
    guard !isClosing else { return }
    let message = "Message too large. Maximum size is \(rules.limits.messageSizeMax)."
    effects.append(.send(.error(ErrorReport(.tooLarge, message: message))))
    close(.tooLarge, reason: "message too large", into: &effects)
  }

  private func refusalForBounds(size: Int) -> ErrorCode? {
    let limits = rules.limits
    if isUnauthenticated {
      let fits =
        requests.count < limits.earlyMessageCountMax
        && size <= limits.earlyMessageSizeMax - requests.size
      return fits ? nil : .authenticationRequired
    }
    let fits =
      requests.count < limits.unansweredCountMax
      && size <= limits.unansweredSizeMax - requests.size
    return fits ? nil : .overloaded
  }

  // MARK: Tokens

  /// A token is good. `now` and `wallNow` are the same moment on the two clocks; `clockSkew` is
  /// what a token that has already run out is still good for.
  package mutating func verified(
    _ user: UserID, _ token: BearerToken, expiresAt: WallTime, requestID: RequestID?,
    now: MonotonicTime, wallNow: WallTime, clockSkew: Duration,
    into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    if let known = self.user, known != user {
      authenticationFailed(.failed, requestID: requestID, into: &effects)
      return
    }
    let isNew = self.user == nil
    let end = expiresAt > wallNow ? expiresAt : expiresAt + clockSkew
    let newest = Authentication(
      user: user, token: token, tokenNumber: (authentication?.tokenNumber ?? 0) + 1,
      end: now + max(.zero, end - wallNow))
    let until = rules.expiry == .enforced ? newest.end : nil
    state = .authenticated(newest, until: until)
    failureCount = 0
    effects.append(
      .send(
        .authSuccess(
          user: user, expiresAt: expiresAt, connection: connection, secret: secret,
          requestID: requestID)))
    if isNew { effects.append(.identified(user)) }
    if let until { effects.append(.wake(at: until)) }
    goOn(with: newest, into: &effects)
    judgeNext(into: &effects)
  }

  /// A token is good, but its user has as many connections as one may have.
  package mutating func refusedForConnections(
    requestID: RequestID?, into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    effects.append(.send(.error(ErrorReport(.tooManyConnections, requestID: requestID))))
    close(.tooManyConnections, reason: "too many connections", into: &effects)
  }

  /// A token is not good, or is another user's. What was before stands.
  package mutating func authenticationFailed(
    _ failure: AuthenticationFailure, requestID: RequestID?, into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    effects.append(.send(.authFailed(failure, requestID: requestID)))
    failureCount += 1
    if failureCount >= SessionRules.authenticationFailuresMax {
      if isExpired { refuseHeld(into: &effects) }
      close(.unauthenticated, reason: "authentication failed too often", into: &effects)
    } else {
      judgeNext(into: &effects)
    }
  }

  private mutating func judgeNext(into effects: inout [SessionEffect]) {
    unjudged.removeFirst()
    judgeFirst(into: &effects)
  }

  private func judgeFirst(into effects: inout [SessionEffect]) {
    guard let (token, requestID) = unjudged.first else { return }
    effects.append(.verify(token, requestID: requestID))
  }

  // MARK: Time and the end

  /// From now on these rules are those that count. A deadline or a grace that has begun stays.
  package mutating func rulesChanged(
    _ rules: SessionRules, into effects: inout [SessionEffect]
  ) {
    self.rules = rules
    guard case .authenticated(let authentication, let last) = state else { return }
    let until = rules.expiry == .enforced ? authentication.end : nil
    guard until != last else { return }
    state = .authenticated(authentication, until: until)
    if let until { effects.append(.wake(at: until)) }
  }

  /// The time of the newest `wake` has come. Harmless when it is early or late.
  package mutating func deadlineReached(
    at now: MonotonicTime, into effects: inout [SessionEffect]
  ) {
    switch state {
    case .unauthenticated(deadline: let deadline) where deadline <= now:
      close(.unauthenticated, reason: "not authenticated in time", into: &effects)
    case .authenticated(let authentication, until: let end?) where end <= now:
      expire(authentication, at: now, into: &effects)
    case .expired(_, graceEnd: let end) where end <= now:
      refuseHeld(into: &effects)
      close(.unauthenticated, reason: "token expired and not renewed", into: &effects)
    case .unauthenticated, .authenticated, .expired, .closing:
      break
    }
  }

  /// The token is good for no write any more: asks for another one.
  mutating func expire(
    _ authentication: Authentication, at now: MonotonicTime, into effects: inout [SessionEffect]
  ) {
    let graceEnd = now + rules.expiryGrace
    state = .expired(authentication, graceEnd: graceEnd)
    effects.append(.send(.authFailed(.expired, requestID: nil)))
    effects.append(.wake(at: graceEnd))
    holdStartedWrites(authentication, into: &effects)
  }

  /// The gateway is going away, and the client is told when to come back. Until `drain` everything
  /// goes on.
  package mutating func announceDeparture(
    reconnectAfter: Duration, into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    effects.append(.send(.goingAway(reconnectAfter: reconnectAfter)))
  }

  /// It is the client's turn to go: answers what it has taken, takes no more, and closes.
  /// Pings and renewals are served meanwhile: what is held may wait for one.
  package mutating func drain(into effects: inout [SessionEffect]) {
    isDraining = true
    if isUnauthenticated { _ = requests.removeWaiting() }
    closeIfDrained(into: &effects)
  }

  mutating func closeIfDrained(into effects: inout [SessionEffect]) {
    guard isDraining, requests.isEmpty, !isClosing else { return }
    close(.goingAway, reason: Session.goingAwayReason, into: &effects)
  }

  /// The connection is to be closed for a reason that the session does not know of.
  package mutating func close(
    _ code: CloseCode, reason: String, into effects: inout [SessionEffect]
  ) {
    guard !isClosing else { return }
    lost(into: &effects)
    effects.append(.close(code, reason: reason))
  }

  /// The connection is gone. Harmless to repeat.
  package mutating func lost(into effects: inout [SessionEffect]) {
    state = .closing(user)
    withdrawAll(into: &effects)
  }
}
