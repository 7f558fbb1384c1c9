import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROTOCOL.md, "Tokens": what waits for another token, what asks for it, and how the wait ends.
struct SessionRenewalTests {
  private static let update = ClientRequest.updateNote(red, changes: changes)
  private static let unauthorized = JoinResult.refused(ErrorReport(.tokenExpired))

  /// A conversation whose update of red is aside in its lane, and whose client was asked.
  private static func waiting(limits: Limits = Limits()) -> Conversation {
    let conversation = Conversation.authenticated(limits: limits)
    _ = conversation.say(update, "u")
    _ = conversation.setAside(1, .note(red))
    return conversation
  }

  @Test(arguments: SessionRules.Expiry.allCases)
  func `a write refused for its token asks the client, who has the grace to answer`(
    expiry: SessionRules.Expiry
  ) {
    let conversation = Conversation.authenticated(expiry: expiry)
    _ = conversation.say(Self.update)
    #expect(
      conversation.setAside(1, .note(red)) == [
        .sendAuthFailed(.expired), .wake(at: conversation.clock.now + .seconds(20)),
        .expired(.note(red), tokenNumber: 1),
      ])
    #expect(conversation.pass(.seconds(19)) == [])
    #expect(conversation.pass(.seconds(1)).last?.isClose == true)
  }

  @Test func `the client is asked once, however many notes and folders wait`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(.updateNote(blue, changes: changes))
    _ = conversation.say(Self.update)
    _ = conversation.say(.change(box, .update(changes: changes)))
    #expect(
      conversation.setAside(2, .note(red)).suffix(3) == [
        .expired(.note(blue), tokenNumber: 1), .expired(.note(red), tokenNumber: 1),
        .expired(box, tokenNumber: 1),
      ])
    #expect(conversation.setAside(1, .note(blue)) == [])
    #expect(conversation.setAside(3, box, isRefused: false) == [])
  }

  @Test func `a token that runs out holds what is under way, where it still can be`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(Self.update)
    _ = conversation.say(Self.update)
    _ = conversation.say(.joinNote(blue))
    #expect(
      conversation.pass(.seconds(3600)) == [
        .sendAuthFailed(.expired), .wake(at: conversation.clock.now + .seconds(20)),
        .expired(.note(red), tokenNumber: 1),
      ])
    #expect(conversation.setAside(2, .note(red), isRefused: false) == [])
    #expect(conversation.verify(ada, renewed).last == .renewed(.note(red), renewed, tokenNumber: 2))
  }

  @Test func `whose token has run out is not asked again, and the grace gets no longer`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(Self.update)
    _ = conversation.pass(.seconds(3600))
    _ = conversation.pass(.seconds(15))
    #expect(conversation.setAside(1, .note(red)) == [])
    #expect(conversation.pass(.seconds(5)).last?.isClose == true)
  }

  @Test func `a token that has come in the meantime is passed on at once to who was refused`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(Self.update)
    _ = conversation.say(Self.update)
    _ = conversation.verify(ada, renewed)
    #expect(conversation.setAside(1, .note(red)) == [.renewed(.note(red), renewed, tokenNumber: 2)])
    #expect(conversation.setAside(2, .note(red), isRefused: false) == [])
    #expect(conversation.verify(ada, BearerToken("third")).count == 2)
  }

  @Test func `a token that has come and run out in the meantime is not passed on`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(Self.update, "u")
    _ = conversation.verify(ada, renewed, for: .seconds(60))
    _ = conversation.pass(.seconds(60))
    // The lane has to say it of that token.
    #expect(conversation.setAside(1, .note(red)) == [.expired(.note(red), tokenNumber: 2)])
    #expect(conversation.setAside(1, .note(red), tokenNumber: 2) == [])
    let third = BearerToken("third")
    #expect(conversation.verify(ada, third).last == .renewed(.note(red), third, tokenNumber: 3))
  }

  @Test func `what a lane says of an older token asks nobody and holds nothing`() {
    let conversation = Conversation.expired()
    _ = conversation.verify(ada, renewed, for: .seconds(60))
    _ = conversation.say(Self.update, "u")
    #expect(conversation.setAside(1, .note(red), isRefused: false) == [])
    _ = conversation.pass(.seconds(60))
    #expect(conversation.setAside(1, .note(red), isRefused: false) == [])
    // It may be at the upstream with the newer token, so that nobody knows how it ends.
    #expect(
      conversation.pass(.seconds(20)) == [
        .withdrawn(.note(red)),
        .close(.unauthenticated, reason: "token expired and not renewed"),
      ])
  }

  @Test func `a token that is presented again is another one`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(Self.update)
    _ = conversation.setAside(1, .note(red))
    #expect(
      conversation.verify(ada, token).last == .renewed(.note(red), token, tokenNumber: 2))
    #expect(
      conversation.setAside(1, .note(red), tokenNumber: 2).first == .sendAuthFailed(.expired))
  }

  @Test func `a renewal goes to each that waits, once, in the order they began`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(Self.update)
    _ = conversation.say(.change(box, .update(changes: changes)))
    _ = conversation.setAside(2, box)
    #expect(
      conversation.verify(ada, renewed).suffix(2) == [
        .renewed(.note(red), renewed, tokenNumber: 2), .renewed(box, renewed, tokenNumber: 2),
      ])
    #expect(conversation.verify(ada, renewed).count == 2)
    #expect(conversation.lose() == [])
  }

  @Test func `what is aside goes on before what was held here`() {
    let conversation = Self.waiting()
    _ = conversation.say(.updateNote(red, changes: changes))
    #expect(
      conversation.verify(ada, renewed).suffix(2) == [
        .renewed(.note(red), renewed, tokenNumber: 2),
        .write(.update(changes: changes), red, 2, token: renewed),
      ])
  }

  @Test func `without authentication there is nothing to wait for`() {
    let conversation = Conversation()
    #expect(conversation.setAside(1, .note(red)) == [.withdrawn(.note(red))])
    let closing = Conversation.authenticated()
    _ = closing.close(.tooSlow, reason: "too slow")
    #expect(closing.setAside(1, .note(red)) == [.withdrawn(.note(red))])
  }

  @Test func `at the end of the grace what is aside and held is answered, and withdrawn`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(.updateNote(blue, changes: changes), "1")
    _ = conversation.say(.change(box, .update(changes: changes)), "2")
    _ = conversation.say(.updateNote(red, changes: changes), "3")
    _ = conversation.setAside(3, .note(red))
    _ = conversation.setAside(1, .note(blue), isRefused: false)
    _ = conversation.say(.updateNote(blue, changes: changes), "4")
    // The one about the folder is at the upstream, and may be applied yet.
    #expect(
      conversation.pass(.seconds(20)) == [
        .sendError(.tokenExpired, blue, "1"), .sendError(.tokenExpired, red, "3"),
        .sendError(.tokenExpired, blue, "4"),
        .withdrawn(.note(blue)), .withdrawn(box), .withdrawn(.note(red)),
        .close(.unauthenticated, reason: "token expired and not renewed"),
      ])
  }

  @Test func `the fifth failure answers what is aside, and withdraws it`() {
    let conversation = Self.waiting()
    for _ in 1...4 { _ = conversation.fail() }
    #expect(
      conversation.fail() == [
        .sendAuthFailed(.failed), .sendError(.tokenExpired, red, "u"), .withdrawn(.note(red)),
        .close(.unauthenticated, reason: "authentication failed too often"),
      ])
  }

  @Test func `who is lost or closed withdraws what is aside, once`() {
    let lost = Self.waiting()
    #expect(lost.lose() == [.withdrawn(.note(red))])
    #expect(lost.lose() == [])
    let closed = Self.waiting()
    let why = "too slow"
    #expect(
      closed.close(.tooSlow, reason: why) == [
        .withdrawn(.note(red)), .close(.tooSlow, reason: why),
      ])
    #expect(closed.lose() == [])
  }

  @Test func `with at_connect a token's end means nothing`() {
    let conversation = Conversation(expiry: .atConnect)
    #expect(conversation.verify(ada, token, for: .seconds(1)).last == .identified(ada))
    #expect(conversation.pass(.seconds(1 << 20)) == [])
    #expect(conversation.say(Self.update).count == 1)
  }

  // MARK: Reads

  @Test func `a join refused for its token is answered so, and asks nothing`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(.joinNote(red), "j")
    #expect(
      conversation.joinEnds(1, Self.unauthorized) == [.sendError(.tokenExpired, red, "j")])
  }

  @Test func `reads of a note go on while its writes wait`() {
    let conversation = Self.waiting()
    _ = conversation.say(Self.update, "held")
    #expect(conversation.say(.joinNote(red)) == [.join(red, 2)])
    _ = conversation.joinEnds(2, .admitted(position(0)))
    #expect(conversation.say(.leaveNote(red)).first == .leave(red))
  }

  // MARK: The end

  @Test func `draining waits for the token that something waits for, and for no longer`() {
    let renewing = Self.waiting()
    #expect(renewing.drain() == [])
    #expect(renewing.say(.authenticate(renewed)).count == 1)
    #expect(renewing.verify(ada, renewed).last == .renewed(.note(red), renewed, tokenNumber: 2))
    #expect(renewing.writeEnds(1, .updated(answer, at: later, position(1))).last?.isClose == true)
    let silent = Self.waiting()
    #expect(silent.drain() == [])
    #expect(silent.pass(.seconds(20)).last?.isClose == true)
  }
}
