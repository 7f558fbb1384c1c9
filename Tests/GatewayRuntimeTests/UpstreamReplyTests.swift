import GatewayLogic
import GatewayTypes
import Testing

@testable import GatewayRuntime

struct UpstreamReplyTests {
  private func answered(_ status: Int, _ body: String) -> UpstreamOutcome {
    .answered(UpstreamAnswer(status: status, body: Array(body.utf8)))
  }

  @Test func `the JSON value of an answer is its own bytes, without the white space around it`() {
    let text = JSONText(unchecked: Array(#"{ "n" : 1.10 }"#.utf8))
    #expect(
      UpstreamReply(answered(200, " { \"n\" : 1.10 }\r\n"))
        == .answered(status: 200, json: text, message: nil))
    #expect(
      UpstreamReply(answered(200, "{} x")) == .answered(status: 200, json: nil, message: nil))
  }

  @Test(arguments: [
    (#"{"message":"Too long"}"#, "Too long"), (#"{"error":"Too long"}"#, "Too long"),
    (#"{"error":"Bad Request","message":"Too long"}"#, "Too long"), (#"{"message":""}"#, nil),
    (#"{"message":7}"#, nil), ("Too long", nil), ("[]", nil),
    ("{\"message\":\"" + String(repeating: "a", count: 257) + "\"}", nil),
  ])
  func `a refusal's own words are passed on if they are short and JSON`(
    body: String, message: String?
  ) {
    guard case .answered(status: 422, _, message: let found) = UpstreamReply(answered(422, body))
    else {
      Issue.record("an answer is an answer")
      return
    }
    #expect(found == message, "\(body)")
  }
}
