import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct SessionClosingTests {
  @Test func `after its end nothing has an effect`() {
    let conversation = Conversation.authenticated()
    conversation.enter(red, operation: 1)
    _ = conversation.say(.updateNote(red, changes: changes))
    _ = conversation.say(.joinNote(blue))
    _ = conversation.say(.joinNote(green))
    #expect(
      conversation.close(.internalError, reason: "why") == [.close(.internalError, reason: "why")])
    #expect(conversation.close(.goingAway, reason: "again") == [])
    #expect(conversation.say(.ping) == [])
    #expect(conversation.say(.joinNote(green)) == [])
    #expect(conversation.babble() == [])
    #expect(conversation.shout() == [])
    #expect(conversation.verify(ada, token) == [])
    #expect(conversation.fail() == [])
    #expect(conversation.pass(.seconds(1 << 20)) == [])
    #expect(conversation.writeEnds(2, .deleted(at: later)) == [])
    #expect(conversation.joinEnds(3, .admitted(position(1))) == [])
    #expect(conversation.joinEnds(4, .refused(ErrorReport(.notFound))) == [])
    #expect(conversation.drain() == [])
    #expect(conversation.session.rooms == [red])
  }

  @Test func `who is told to go later is served until it is its turn`() {
    let conversation = Conversation.authenticated()
    #expect(
      conversation.announceDeparture(after: .seconds(3))
        == [.send(.goingAway(reconnectAfter: .seconds(3)))])
    #expect(
      conversation.say(.updateNote(red, changes: changes))
        == [.write(.update(changes: changes), red, 1, token: token)])
    #expect(conversation.drain() == [])
    #expect(conversation.say(.updateNote(blue, changes: changes)) == [])
    let end = conversation.writeEnds(1, .updated(answer, at: later, position(1)))
    #expect(end.last == .close(.goingAway, reason: "the gateway is going away"))
    #expect(conversation.announceDeparture(after: .seconds(3)) == [])
  }

  @Test func `draining closes at once who waits for nothing`() {
    for conversation in [Conversation.authenticated(), .expired()] {
      #expect(
        conversation.drain() == [.close(.goingAway, reason: "the gateway is going away")])
    }
  }

  @Test func `draining drops what was never taken in`() {
    let conversation = Conversation()
    _ = conversation.say(.joinNote(red))
    #expect(conversation.drain().count == 1)
    #expect(conversation.session.unansweredCount == 0)
  }

  @Test func `draining answers all that was taken, and nothing more`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(.createNote(red, noteData: noteData))
    _ = conversation.say(.updateNote(red, changes: changes))
    #expect(conversation.drain() == [])
    #expect(conversation.say(.joinNote(blue)) == [])
    #expect(conversation.writeEnds(1, .created(answer, at: later)).count == 2)
    let end = conversation.writeEnds(2, .updated(answer, at: later, position(1)))
    #expect(end.count == 2)
    #expect(end.last == .close(.goingAway, reason: "the gateway is going away"))
  }

  @Test func `pings and renewals are served while draining`() {
    let conversation = Conversation.expired()
    _ = conversation.say(.updateNote(red, changes: changes))
    #expect(conversation.drain() == [])
    #expect(conversation.say(.ping).count == 1)
    #expect(conversation.say(.authenticate(renewed)) == [.verify(renewed, requestID: nil)])
    #expect(
      conversation.verify(ada, renewed).last
        == .write(.update(changes: changes), red, 1, token: renewed))
    #expect(conversation.writeEnds(1, .deleted(at: later)).last?.isClose == true)
  }

  @Test func `a drain ends with the grace of who does not renew`() {
    let conversation = Conversation.expired()
    _ = conversation.say(.updateNote(red, changes: changes), "u")
    _ = conversation.drain()
    #expect(conversation.pass(.seconds(20)).first == .sendError(.tokenExpired, red, "u"))
  }
}
