import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROTOCOL.md, "Signed messages": what a session makes of them.
struct SessionSigningTests {
  private static let ping = ClientMessage(requestID: .named("q"), .ping)

  @Test func `every auth_success carries the connection's secret`() {
    let secret = SessionSecret((1, 2, 3, 4))
    let conversation = Conversation(secret: secret)
    for _ in 1...2 {
      guard
        case .send(.authSuccess(_, _, _, secret: let told, _))? = conversation.verify(ada, token)
          .first
      else {
        Issue.record("the first that is said is auth_success")
        return
      }
      #expect(told == secret)
    }
  }

  @Test func `a genuine message does what it says, once`() {
    let conversation = Conversation.authenticated()
    let first = conversation.say(signed: .success(Self.ping))
    #expect(first == [.send(.pong(at: conversation.clock.wallNow, requestID: .named("q")))])
    #expect(
      conversation.say(signed: .success(Self.ping)) == [
        .sendError(.signatureInvalid, nil, "q", message: "Message authentication failed")
      ])
  }

  @Test func `one that does not verify does nothing and is answered by its name`() {
    let conversation = Conversation.authenticated()
    let update = ClientMessage(requestID: .named("q"), .updateNote(red, changes: .of("{}")))
    #expect(
      conversation.say(signed: .success(update), isGenuine: false) == [
        .sendError(.signatureInvalid, red, "q", message: "Message authentication failed")
      ])
    // And its nonce is still a new one.
    #expect(conversation.say(signed: .success(update)).count == 1)
  }

  @Test(arguments: [Duration.seconds(301), .seconds(-61)])
  func `one that is too old or too early does nothing`(age: Duration) {
    let conversation = Conversation.authenticated()
    #expect(
      conversation.say(signed: .success(Self.ping), age: age) == [
        .sendError(.signatureInvalid, nil, "q", message: "Message authentication failed")
      ])
  }

  @Test func `a token is judged by itself, signed with whatever secret`() {
    let conversation = Conversation()
    let auth = ClientMessage(.authenticate(token))
    let old = Duration.seconds(4000)
    #expect(
      conversation.say(signed: .success(auth), age: old, isGenuine: false) == [
        .verify(token, requestID: nil)
      ])
  }

  @Test func `what is in a genuine envelope may be wrong in itself`() {
    let conversation = Conversation.authenticated()
    let error = ClientMessageError(.unknownType, reason: "no")
    #expect(
      conversation.say(signed: .failure(error)) == [.sendError(.unknownType, message: "no")])
    #expect(
      conversation.say(signed: .failure(error), isGenuine: false) == [
        .sendError(.signatureInvalid, message: "Message authentication failed")
      ])
  }

  @Test func `messages that do not verify count as bad ones`() {
    let conversation = Conversation.authenticated()
    for _ in 1...99 {
      _ = conversation.say(signed: .success(Self.ping), isGenuine: false)
    }
    #expect(
      conversation.say(signed: .success(Self.ping), isGenuine: false).last?.isClose == true)
  }
}
