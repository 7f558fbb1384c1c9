import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct SessionBadMessagesTests {
  @Test(arguments: [
    (ClientMessageError.Kind.invalidJSON, ErrorCode.invalidJSON),
    (.invalidMessage, .invalidMessage),
    (.unknownType, .unknownType),
  ])
  func `what is no message is answered and the connection stays up`(
    kind: ClientMessageError.Kind, code: ErrorCode
  ) {
    let conversation = Conversation.authenticated()
    let error = ClientMessageError(
      kind, reason: "why", noteID: red, requestID: .named("q"))
    #expect(conversation.babble(error) == [.sendError(code, red, "q", message: "why")])
    #expect(conversation.say(.ping).count == 1)
  }

  @Test func `after 100 bad messages in a row the gateway closes with 1008`() {
    let conversation = Conversation()
    for _ in 1...99 { #expect(conversation.babble().count == 1) }
    #expect(
      conversation.babble() == [
        .sendError(.invalidJSON, message: "no"),
        .close(.policyViolation, reason: "too many bad messages"),
      ])
    #expect(conversation.babble() == [])
  }

  @Test func `a good message begins the count anew`() {
    let conversation = Conversation()
    for _ in 1...99 { _ = conversation.babble() }
    _ = conversation.say(.ping)
    for _ in 1...99 { #expect(conversation.babble().count == 1) }
    #expect(conversation.babble().last?.isClose == true)
  }

  @Test func `a message too large is answered with the limit and closes with 1009`() {
    let conversation = Conversation(limits: Limits(messageSizeMax: 4096))
    #expect(
      conversation.shout() == [
        .sendError(.tooLarge, message: "Message too large. Maximum size is 4096."),
        .close(.tooLarge, reason: "message too large"),
      ])
    #expect(conversation.shout() == [])
  }
}
