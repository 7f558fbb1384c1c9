import GatewayTypes
import Testing

struct LimitsTests {
  @Test func `there is room for some of the largest messages`() {
    #expect(Limits(messageSizeMax: 1).unansweredSizeMax == 4 << 20)
    #expect(Limits(messageSizeMax: 1 << 20).unansweredSizeMax == 4 << 20)
    #expect(Limits(messageSizeMax: 3 << 20).unansweredSizeMax == 12 << 20)
    #expect(Limits(messageSizeMax: .max).unansweredSizeMax == .max)
  }
}
