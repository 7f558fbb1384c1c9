import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct SessionRequestsTests {
  @Test func `a ping is answered at any time, ahead of what waits`() {
    for conversation in [Conversation(), .authenticated(), .expired()] {
      _ = conversation.say(.updateNote(red, changes: changes))
      #expect(
        conversation.say(.ping, "p") == [
          .send(.pong(at: conversation.clock.wallNow, requestID: .named("p")))
        ])
    }
  }

  private static let answers: [(ClientRequest, WriteResult, GatewayMessage)] = [
    (
      .updateNote(red, changes: changes),
      .updated(answer, at: later, position(3)),
      .noteUpdateSuccess(
        red, updatedNote: answer, at: later, position(3), requestID: .named("w"))
    ),
    (
      .createNote(red, noteData: noteData), .created(answer, at: later),
      .noteCreatedSuccess(noteData: answer, at: later, requestID: .named("w"))
    ),
    (
      .deleteNote(red), .deleted(at: later),
      .noteDeletedSuccess(red, at: later, requestID: .named("w"))
    ),
    (
      .deleteNote(red), .refused(ErrorReport(.upstreamRejected, message: "no", status: 409)),
      .error(
        ErrorReport(
          .upstreamRejected, message: "no", noteID: red, requestID: .named("w"), status: 409))
    ),
    (
      .updateNote(red, changes: changes),
      .refused(ErrorReport(.upstreamTimeout, isOutcomeUnknown: true)),
      .error(
        ErrorReport(
          .upstreamTimeout, noteID: red, requestID: .named("w"), isOutcomeUnknown: true))
    ),
  ]

  @Test(arguments: answers)
  func `the end of a write is its one answer, with its own name`(
    request: ClientRequest, result: WriteResult, message: GatewayMessage
  ) {
    let conversation = Conversation.authenticated()
    #expect(conversation.say(request, "w").count == 1)
    #expect(conversation.writeEnds(1, result) == [.send(message)])
    #expect(conversation.writeEnds(1, result) == [])
    #expect(conversation.session.unansweredCount == 0)
  }

  @Test func `more than can wait is answered with overloaded`() {
    let conversation = Conversation.authenticated()
    let countMax = Limits().unansweredCountMax
    for _ in 1...countMax { _ = conversation.say(.updateNote(red, changes: changes), size: 1) }
    #expect(
      conversation.say(.joinNote(blue), "o") == [.sendError(.overloaded, blue, "o")])
    _ = conversation.writeEnds(1, .deleted(at: later))
    #expect(conversation.say(.joinNote(blue)) == [.join(blue, UInt64(countMax) + 1)])
  }

  @Test func `more bytes than can wait are answered with overloaded`() {
    let conversation = Conversation.authenticated()
    let sizeMax = Limits().unansweredSizeMax
    _ = conversation.say(.updateNote(red, changes: changes), size: sizeMax - 5)
    #expect(conversation.say(.joinNote(blue), size: 6) == [.sendError(.overloaded, blue)])
    #expect(conversation.say(.joinNote(blue), size: 5) == [.join(blue, 2)])
  }
}

extension SessionRequestsTests {
  @Test func `a write that has to wait for its token still knows when it came`() {
    var effects: [SessionEffect] = []
    var session = Session(
      connection: Conversation.connection, rules: SessionRules(limits: Limits()), at: start,
      into: &effects)
    let came = start + .seconds(1)
    session.receive(
      ClientMessage(.change(.note(red), .update(changes: changes))), size: 1, at: came,
      wallNow: later, into: &effects)
    session.verified(
      ada, token, expiresAt: later + .seconds(60), requestID: nil, now: start + .seconds(2),
      wallNow: later, clockSkew: .zero, into: &effects)
    let times = effects.compactMap { effect in
      if case .write(let write) = effect { write.writer.readAt } else { nil }
    }
    #expect(times == [came])
  }
}
