import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct SessionAuthenticationTests {
  @Test func `the gateway speaks first and gives a deadline`() {
    let conversation = Conversation(deadline: .seconds(30))
    #expect(
      conversation.greeting == [
        .send(.connectionEstablished(Conversation.connection)),
        .wake(at: conversation.clock.now + .seconds(30)),
      ])
    #expect(conversation.session.user == nil)
  }

  @Test func `a good token is answered, makes known who it is, and runs out in time`() {
    let conversation = Conversation()
    #expect(
      conversation.say(.authenticate(token), "a") == [.verify(token, requestID: .named("a"))])
    let (now, wallNow) = (conversation.clock.now, conversation.clock.wallNow)
    #expect(
      conversation.verify(ada, token, for: .seconds(60), name: "a") == [
        .send(
          .authSuccess(
            user: ada, expiresAt: wallNow + .seconds(60), connection: Conversation.connection,
            requestID: .named("a"))),
        .identified(ada),
        .wake(at: now + .seconds(60)),
      ])
    #expect(conversation.session.user == ada)
  }

  @Test func `a token that has run out is good for the clock's skew`() {
    let conversation = Conversation()
    let now = conversation.clock.now
    let effects = conversation.verify(ada, token, for: .seconds(-2))
    #expect(effects.last == .wake(at: now + .seconds(3)))
  }

  @Test func `a token that never runs out does no harm`() {
    let conversation = Conversation()
    let wallNow = conversation.clock.wallNow
    let effects = conversation.verify(
      ada, token, for: WallTime(milliseconds: .max) - wallNow)
    #expect(effects.contains(.identified(ada)))
    #expect(conversation.pass(.seconds(1 << 31)) == [])
  }

  @Test func `who does not authenticate in time is closed with 4401`() {
    let conversation = Conversation(deadline: .seconds(30))
    _ = conversation.say(.joinNote(red))
    #expect(conversation.pass(.seconds(29)) == [])
    #expect(
      conversation.pass(.seconds(1)) == [
        .close(.unauthenticated, reason: "not authenticated in time")
      ])
  }

  @Test func `a failure leaves the socket open for another try, but not longer`() {
    let conversation = Conversation(deadline: .seconds(30))
    #expect(conversation.fail(.expired, "a") == [.sendAuthFailed(.expired, "a")])
    #expect(conversation.pass(.seconds(30)).count == 1)
    #expect(conversation.verify(ada, token) == [])
  }

  @Test func `five failures close with 4401`() {
    let conversation = Conversation()
    for _ in 1...4 { #expect(conversation.fail() == [.sendAuthFailed(.failed)]) }
    #expect(
      conversation.fail(.failed, "e") == [
        .sendAuthFailed(.failed, "e"),
        .close(.unauthenticated, reason: "authentication failed too often"),
      ])
    #expect(conversation.fail() == [])
  }

  @Test func `a success forgives the failures before it`() {
    let conversation = Conversation()
    for _ in 1...4 { _ = conversation.fail() }
    _ = conversation.verify(ada, token)
    for _ in 1...4 { #expect(conversation.fail() == [.sendAuthFailed(.failed)]) }
    #expect(conversation.fail().last?.isClose == true)
  }

  @Test func `the same user renews, and what follows goes with the new token`() {
    let conversation = Conversation.authenticated()
    let now = conversation.clock.now
    let effects = conversation.verify(ada, renewed, for: .seconds(7200))
    #expect(effects.count == 2)
    #expect(effects.last == .wake(at: now + .seconds(7200)))
    #expect(
      conversation.say(.updateNote(red, changes: changes)) == [
        .write(.update(changes: changes), red, 1, token: renewed)
      ])
    #expect(conversation.pass(.seconds(3600)) == [])
  }

  @Test func `another user's token fails and the old authentication stands`() {
    let conversation = Conversation.authenticated()
    #expect(conversation.verify(bob, renewed, name: "x") == [.sendAuthFailed(.failed, "x")])
    #expect(conversation.session.user == ada)
    #expect(
      conversation.say(.updateNote(red, changes: changes)) == [
        .write(.update(changes: changes), red, 1, token: token)
      ])
    #expect(conversation.pass(.seconds(3600)).first == .sendAuthFailed(.expired))
  }

  @Test func `tokens are judged one after the other, so that the last one sent stands`() {
    let conversation = Conversation()
    #expect(conversation.say(.authenticate(token)) == [.verify(token, requestID: nil)])
    #expect(conversation.say(.authenticate(renewed), "2") == [])
    #expect(
      conversation.verify(ada, token).last == .verify(renewed, requestID: .named("2")))
    #expect(conversation.verify(ada, renewed, name: "2").count == 2)
    #expect(conversation.say(.authenticate(token)) == [.verify(token, requestID: nil)])
    #expect(conversation.say(.authenticate(renewed)) == [])
    #expect(conversation.fail().last == .verify(renewed, requestID: nil))
    #expect(conversation.verify(bob, renewed) == [.sendAuthFailed(.failed)])
    #expect(conversation.say(.authenticate(token)) == [.verify(token, requestID: nil)])
  }

  @Test func `more tokens than can fail are answered with overloaded`() {
    let conversation = Conversation()
    for _ in 1...5 { _ = conversation.say(.authenticate(token)) }
    #expect(conversation.say(.authenticate(token), "6") == [.sendError(.overloaded, nil, "6")])
    for _ in 1...4 { #expect(conversation.fail().last == .verify(token, requestID: nil)) }
    #expect(conversation.fail().last?.isClose == true)
  }

  @Test func `who the user was is known until the connection has gone`() {
    let conversation = Conversation.authenticated()
    _ = conversation.close(.tooSlow, reason: "the outbound queue overflowed")
    #expect(conversation.session.user == ada)
  }
}
