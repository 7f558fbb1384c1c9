import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct SessionExpiryTests {
  @Test func `at expiry the client is told and has the grace to renew`() {
    let conversation = Conversation.authenticated()
    #expect(conversation.pass(.seconds(3599)) == [])
    #expect(
      conversation.pass(.seconds(1)) == [
        .sendAuthFailed(.expired), .wake(at: conversation.clock.now + .seconds(20)),
      ])
    #expect(conversation.pass(.seconds(19)) == [])
    #expect(
      conversation.pass(.seconds(1)) == [
        .close(.unauthenticated, reason: "token expired and not renewed")
      ])
  }

  @Test func `reads go on in the grace and writes are held`() {
    let conversation = Conversation.expired()
    #expect(conversation.say(.updateNote(red, changes: changes)) == [])
    #expect(conversation.say(.joinNote(blue)) == [.join(blue, 1)])
    #expect(
      conversation.say(.leaveNote(green), "l") == [
        .send(.noteLeft(green, requestID: .named("l")))
      ])
    #expect(conversation.session.unansweredCount == 2)
  }

  @Test func `held writes go on in their order with the renewed token`() {
    let conversation = Conversation.expired()
    _ = conversation.say(.updateNote(red, changes: changes))
    _ = conversation.say(.updateNote(blue, changes: changes))
    _ = conversation.say(.createNote(green, noteData: noteData))
    _ = conversation.say(.authenticate(renewed))
    #expect(
      conversation.verify(ada, renewed).suffix(2) == [
        .write(.update(changes: changes), red, 1, token: renewed),
        .write(.update(changes: changes), blue, 2, token: renewed),
      ])
  }

  @Test func `without renewal held writes are answered with token_expired`() {
    let conversation = Conversation.expired()
    _ = conversation.say(.updateNote(red, changes: changes), "u")
    _ = conversation.say(.deleteNote(blue), "d")
    #expect(
      conversation.pass(.seconds(20)) == [
        .sendError(.tokenExpired, red, "u"),
        .sendError(.tokenExpired, blue, "d"),
        .close(.unauthenticated, reason: "token expired and not renewed"),
      ])
    #expect(conversation.session.unansweredCount == 0)
  }

  @Test func `failures in the grace that close answer the held writes too`() {
    let conversation = Conversation.expired()
    _ = conversation.say(.updateNote(red, changes: changes), "u")
    for _ in 1...4 { #expect(conversation.fail() == [.sendAuthFailed(.failed)]) }
    #expect(
      conversation.fail() == [
        .sendAuthFailed(.failed),
        .sendError(.tokenExpired, red, "u"),
        .close(.unauthenticated, reason: "authentication failed too often"),
      ])
  }

  @Test func `another user cannot renew`() {
    let conversation = Conversation.expired()
    _ = conversation.say(.updateNote(red, changes: changes))
    #expect(conversation.verify(bob, renewed) == [.sendAuthFailed(.failed)])
    #expect(conversation.pass(.seconds(20)).last?.isClose == true)
  }

  @Test func `what is held in the grace has the bounds of what is unanswered`() {
    let conversation = Conversation.expired()
    let size = Limits().unansweredSizeMax
    #expect(conversation.say(.updateNote(red, changes: changes), size: size) == [])
    #expect(
      conversation.say(.updateNote(red, changes: changes), "o", size: 1) == [
        .sendError(.overloaded, red, "o")
      ])
  }

  @Test func `a write under way at expiry is answered as ever`() {
    let conversation = Conversation.authenticated()
    _ = conversation.say(.updateNote(red, changes: changes))
    _ = conversation.pass(.seconds(3600))
    let effects = conversation.writeEnds(
      1, .updated(answer, at: later, position(1)))
    #expect(
      effects == [
        .send(
          .noteUpdateSuccess(red, updatedNote: answer, at: later, position(1), requestID: nil))
      ])
  }
}
