import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct SessionEarlyMessagesTests {
  @Test func `messages before authentication are held and take effect in order`() {
    let conversation = Conversation()
    #expect(conversation.say(.joinNote(red), "1") == [])
    #expect(conversation.say(.leaveNote(blue), "2") == [])
    #expect(conversation.say(.updateNote(red, changes: changes), "3") == [])
    #expect(
      conversation.verify(ada, token).suffix(2) == [
        .join(red, 1), .send(.noteLeft(blue, requestID: .named("2"))),
      ])
    #expect(
      conversation.joinEnds(1, .admitted(position(4))) == [
        .enter(red),
        .send(.noteJoined(red, position(4), requestID: .named("1"))),
        .write(.update(changes: changes), red, 3, token: token),
      ])
  }

  @Test func `over the count each is answered with authentication_required`() {
    let conversation = Conversation(limits: Limits(earlyMessageCountMax: 2))
    _ = conversation.say(.joinNote(red))
    _ = conversation.say(.joinNote(blue))
    for name in ["a", "b"] {
      #expect(
        conversation.say(.joinNote(green), name) == [
          .sendError(.authenticationRequired, green, name)
        ])
    }
    #expect(conversation.verify(ada, token).suffix(2) == [.join(red, 1), .join(blue, 2)])
  }

  @Test func `over the size each is answered with authentication_required`() {
    let conversation = Conversation(limits: Limits(earlyMessageSizeMax: 100))
    #expect(
      conversation.say(.joinNote(red), size: 101) == [.sendError(.authenticationRequired, red)])
    #expect(conversation.say(.joinNote(red), size: 60) == [])
    #expect(
      conversation.say(.joinNote(blue), size: 41) == [.sendError(.authenticationRequired, blue)])
    #expect(conversation.say(.joinNote(blue), size: 40) == [])
  }

  @Test func `with a count of 0 nothing is held`() {
    let conversation = Conversation(limits: Limits(earlyMessageCountMax: 0))
    #expect(conversation.say(.joinNote(red)) == [.sendError(.authenticationRequired, red)])
    #expect(conversation.session.unansweredCount == 0)
  }

  @Test func `failures keep what is held`() {
    let conversation = Conversation()
    _ = conversation.say(.joinNote(red))
    _ = conversation.fail()
    #expect(conversation.verify(ada, token).last == .join(red, 1))
  }
}
