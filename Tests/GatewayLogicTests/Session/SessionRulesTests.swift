import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// Rules that change while a connection is there.
struct SessionRulesTests {
  @Test func `expiry that is enforced from now on wakes at the end of the token`() {
    let conversation = Conversation.authenticated(expiry: .atConnect)
    let end = conversation.clock.now + .seconds(3600)
    #expect(conversation.pass(.seconds(10)) == [])
    #expect(conversation.change(SessionRules(limits: Limits())) == [.wake(at: end)])
    #expect(conversation.change(SessionRules(limits: Limits())) == [])
    #expect(conversation.pass(.seconds(3590)).first == .sendAuthFailed(.expired))
  }

  @Test func `a token that has run out already is asked for at once`() {
    let conversation = Conversation.authenticated(expiry: .atConnect)
    #expect(conversation.pass(.seconds(4000)) == [])
    _ = conversation.change(SessionRules(limits: Limits()))
    #expect(conversation.pass(.zero).first == .sendAuthFailed(.expired))
  }

  @Test func `expiry that is not enforced any more lets a token stand`() {
    let conversation = Conversation.authenticated()
    #expect(conversation.change(SessionRules(limits: Limits(), expiry: .atConnect)) == [])
    #expect(conversation.pass(.seconds(4000)) == [])
    #expect(
      conversation.say(.updateNote(red, changes: changes))
        == [.write(.update(changes: changes), red, 1, token: token)])
  }

  @Test func `a limit counts from the next message on`() {
    let conversation = Conversation.authenticated()
    conversation.enter(red, operation: 1)
    _ = conversation.change(SessionRules(limits: Limits(roomsPerConnection: 1)))
    #expect(conversation.session.rooms == [red])
    #expect(conversation.say(.joinNote(blue)).count == 1)
    _ = conversation.change(SessionRules(limits: Limits(roomsPerConnection: 2)))
    #expect(conversation.say(.joinNote(blue)) == [.join(blue, 3)])
  }

  @Test func `who has not authenticated, or is about to go, is left alone`() {
    let stranger = Conversation()
    #expect(stranger.change(SessionRules(limits: Limits(), expiry: .atConnect)) == [])
    let expired = Conversation.expired()
    #expect(expired.change(SessionRules(limits: Limits(), expiry: .atConnect)) == [])
    #expect(expired.pass(.seconds(20)).last?.isClose == true)
    #expect(expired.change(SessionRules(limits: Limits())) == [])
  }
}
