import GatewayLogic
import GatewayTesting
import GatewayTypes

/// One session with its clock and a client that talks to it. Each step gives the session's effects.
final class Conversation {
  static let connection = ConnectionID.numbered(1)

  private(set) var session: Session
  private(set) var clock = ManualClock()
  let greeting: [SessionEffect]

  init(
    limits: Limits = Limits(), deadline: Duration = .seconds(30), grace: Duration = .seconds(20),
    expiry: SessionRules.Expiry = .enforced, secret: SessionSecret? = nil
  ) {
    let rules = SessionRules(
      limits: limits, authenticationDeadline: deadline, expiry: expiry, expiryGrace: grace)
    var effects: [SessionEffect] = []
    session = Session(
      connection: Conversation.connection, secret: secret, rules: rules, at: clock.now,
      into: &effects)
    greeting = effects
  }

  /// A conversation whose client has authenticated as ada, with a token for an hour.
  static func authenticated(
    limits: Limits = Limits(), expiry: SessionRules.Expiry = .enforced
  ) -> Conversation {
    let conversation = Conversation(limits: limits, expiry: expiry)
    _ = conversation.verify(ada, token)
    return conversation
  }

  /// One whose token has run out.
  static func expired(limits: Limits = Limits()) -> Conversation {
    let conversation = authenticated(limits: limits)
    _ = conversation.pass(.seconds(3600))
    return conversation
  }

  func say(_ request: ClientRequest, _ name: String? = nil, size: Int = 10) -> [SessionEffect] {
    let message = ClientMessage(requestID: name.map(RequestID.named), request)
    return effects {
      session.receive(
        message, size: size, at: start, wallNow: clock.wallNow, into: &$0)
    }
  }

  func babble(_ error: ClientMessageError = .init(.invalidJSON, reason: "no")) -> [SessionEffect] {
    effects { session.receive(error, into: &$0) }
  }

  /// A message in an envelope that was written `age` ago.
  func say(
    signed content: Result<ClientMessage, ClientMessageError>, nonce: String = "n",
    age: Duration = .zero, isGenuine: Bool = true
  ) -> [SessionEffect] {
    let signed = SignedMessage(
      content: content, signedText: [], signature: "",
      writtenAt: clock.wallNow + (.zero - age), nonce: nonce)
    return effects {
      session.receive(
        signed, isGenuine: isGenuine, size: 10, at: start,
        wallNow: clock.wallNow, into: &$0)
    }
  }

  /// What is said when a message comes; nothing when it is admitted.
  func admit(_ content: Result<ClientMessage, ClientMessageError>) -> [SessionEffect] {
    effects { effects in
      let isAdmitted = session.admitMessage(content, at: clock.now, into: &effects)
      precondition(isAdmitted == effects.isEmpty, "what is not admitted is answered")
    }
  }

  func refuseForConnections(_ name: String) -> [SessionEffect] {
    effects { session.refusedForConnections(requestID: .named(name), into: &$0) }
  }

  func shout() -> [SessionEffect] {
    effects { session.receivedTooLarge(into: &$0) }
  }

  func verify(
    _ user: UserID, _ token: BearerToken, for lifetime: Duration = .seconds(3600),
    name: String? = nil
  ) -> [SessionEffect] {
    effects {
      session.verified(
        user, token, expiresAt: clock.wallNow + lifetime, requestID: name.map(RequestID.named),
        now: clock.now, wallNow: clock.wallNow, clockSkew: .seconds(5), into: &$0)
    }
  }

  func fail(_ failure: AuthenticationFailure = .failed, _ name: String? = nil) -> [SessionEffect] {
    effects {
      session.authenticationFailed(failure, requestID: name.map(RequestID.named), into: &$0)
    }
  }

  func pass(_ duration: Duration) -> [SessionEffect] {
    clock.advance(by: duration)
    return effects { session.deadlineReached(at: clock.now, into: &$0) }
  }

  func writeEnds(_ number: UInt64, _ result: WriteResult) -> [SessionEffect] {
    effects { session.writeAnswered(result, to: operation(number), into: &$0) }
  }

  func joinEnds(
    _ number: UInt64, _ result: JoinResult
  ) -> [SessionEffect] {
    effects { session.joinAnswered(result, to: operation(number), into: &$0) }
  }

  /// The lane of `resource` has a write of the connection aside, as a rule for the upstream refused
  /// its token.
  func setAside(
    _ number: UInt64, _ resource: Resource, tokenNumber: Int = 1, isRefused: Bool = true
  ) -> [SessionEffect] {
    effects {
      session.setAside(
        operation(number), of: resource, tokenNumber: tokenNumber, isRefused: isRefused,
        at: clock.now,
        into: &$0)
    }
  }

  func dissolve(_ note: NoteID) -> Bool {
    session.roomDissolved(note)
  }

  func change(_ rules: SessionRules) -> [SessionEffect] {
    effects { session.rulesChanged(rules, into: &$0) }
  }

  func announceDeparture(after time: Duration) -> [SessionEffect] {
    effects { session.announceDeparture(reconnectAfter: time, into: &$0) }
  }

  func drain() -> [SessionEffect] {
    effects { session.drain(into: &$0) }
  }

  func lose() -> [SessionEffect] {
    effects { session.lost(into: &$0) }
  }

  func close(_ code: CloseCode, reason: String) -> [SessionEffect] {
    effects { session.close(code, reason: reason, into: &$0) }
  }

  /// The connection is in a note's room.
  func enter(_ note: NoteID, operation number: UInt64) {
    _ = say(.joinNote(note))
    _ = joinEnds(number, .admitted(position(0)))
  }
}

extension SessionEffect {
  static func sendError(
    _ code: ErrorCode, _ note: NoteID? = nil, _ name: String? = nil, message: String? = nil
  ) -> SessionEffect {
    .send(
      .error(
        ErrorReport(
          code, message: message, noteID: note, requestID: name.map(RequestID.named))))
  }

  static func sendAuthFailed(
    _ failure: AuthenticationFailure, _ name: String? = nil
  ) -> SessionEffect {
    .send(.authFailed(failure, requestID: name.map(RequestID.named)))
  }

  static func write(_ change: Change, _ note: NoteID, _ number: UInt64, token: BearerToken)
    -> SessionEffect
  {
    let writer = Writer(
      user: ada, token: token, tokenNumber: token.text == "second" ? 2 : 1,
      connection: Conversation.connection, operation: operation(number))
    return .write(Write(change, of: .note(note), by: writer))
  }

  static func join(_ note: NoteID, _ number: UInt64, token: BearerToken = token) -> SessionEffect {
    .join(
      JoinRequest(
        note: note, user: ada, token: token, connection: Conversation.connection,
        operation: operation(number)))
  }

  var isClose: Bool {
    if case .close = self { true } else { false }
  }
}
