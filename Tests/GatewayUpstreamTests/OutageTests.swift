import GatewayTesting
import GatewayTypes
import Testing

@testable import GatewayUpstream

@Suite struct OutageTests {
  private let start = ManualClock().now

  @Test func `it lasts from the first failure to the next answer`() {
    var outage = Outage()
    #expect(!outage.isOn)
    outage.failed(at: start)
    outage.failed(at: start + .seconds(3))
    #expect(outage.isOn)
    #expect(outage.answered(at: start + .seconds(5)) == .seconds(5))
    #expect(!outage.isOn)
    outage.failed(at: start + .seconds(6))
    #expect(outage.answered(at: start + .seconds(8)) == .seconds(2))
  }

  @Test func `there is none while others are answered`() {
    var outage = Outage()
    #expect(outage.answered(at: start) == nil)
    outage.failed(at: start)
    #expect(outage.answered(at: start + .milliseconds(999)) == nil)
    #expect(!outage.isOn)
    #expect(outage.answered(at: start + .seconds(9)) == nil)
  }
}
