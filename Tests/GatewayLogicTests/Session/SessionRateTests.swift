import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROTOCOL.md, `rate_limited` and `too_many_connections`.
struct SessionRateTests {
  @Test func `over the rate a message is answered by its name, and not received`() {
    let conversation = Conversation(
      limits: Limits(messagesPerMinute: 2), deadline: .seconds(300))
    let message = ClientMessage(requestID: .named("q"), .leaveNote(red))
    #expect(conversation.admit(.success(message)) == [])
    #expect(conversation.admit(.success(message)) == [])
    var report = ErrorReport(
      .rateLimited, message: "Rate limit exceeded. Please slow down.", noteID: red,
      requestID: .named("q"))
    report.retryAfter = .seconds(30)
    #expect(conversation.admit(.success(message)) == [.send(.error(report))])
    _ = conversation.pass(.seconds(29))
    report.retryAfter = .seconds(1)
    #expect(conversation.admit(.success(message)) == [.send(.error(report))])
    _ = conversation.pass(.seconds(1))
    #expect(conversation.admit(.success(message)) == [])
  }

  @Test func `what is no message counts as well`() {
    let conversation = Conversation(limits: Limits(messagesPerMinute: 1))
    let error = ClientMessageError(.unknownType, reason: "no", requestID: .named("q"))
    #expect(conversation.admit(.failure(error)) == [])
    guard case .send(.error(let report))? = conversation.admit(.failure(error)).first else {
      Issue.record("the second is refused")
      return
    }
    #expect(report.code == .rateLimited)
    #expect(report.requestID == .named("q"))
    #expect(report.message == "Rate limit exceeded. Please slow down.")
  }

  @Test func `one connection too many of a user is told so, and closed with 4429`() {
    let conversation = Conversation()
    #expect(
      conversation.refuseForConnections("a") == [
        .sendError(
          .tooManyConnections, nil, "a", message: "Maximum connections exceeded for this user"),
        .close(.tooManyConnections, reason: "too many connections"),
      ])
    #expect(CloseCode.tooManyConnections.rawValue == 4429)
    #expect(conversation.refuseForConnections("a") == [])
  }
}
