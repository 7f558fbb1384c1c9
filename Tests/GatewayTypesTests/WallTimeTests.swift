import GatewayTypes
import Testing

struct WallTimeTests {
  private static func at(_ milliseconds: Int64) -> WallTime {
    WallTime(milliseconds: milliseconds)
  }

  private static let sums: [(WallTime, Duration, WallTime)] = [
    (at(10), .milliseconds(5), at(15)),
    (at(10), .microseconds(999), at(10)),
    (at(-10), .seconds(-1), at(-1010)),
    (at(.max), .milliseconds(1), at(.max)),
    (at(.min), .milliseconds(-1), at(.min)),
    (at(.max), .seconds(Int64.min), at(-1)),
    (at(0), .seconds(Int64.max) + .seconds(Int64.max), at(.max)),
  ]

  @Test(arguments: sums)
  func `adding takes whole milliseconds and saturates`(
    time: WallTime, duration: Duration, sum: WallTime
  ) {
    #expect(time + duration == sum)
  }

  private static let differences: [(WallTime, WallTime, Duration)] = [
    (at(15), at(10), .milliseconds(5)),
    (at(10), at(15), .milliseconds(-5)),
    (at(.max), at(-1), .milliseconds(Int64.max)),
    (at(.min), at(1), .milliseconds(Int64.min)),
  ]

  @Test(arguments: differences)
  func `a difference has a sign and saturates`(
    left: WallTime, right: WallTime, difference: Duration
  ) {
    #expect(left - right == difference)
  }

  @Test func `a time thousands of years away is reached by its difference`() {
    let now = Self.at(1_700_000_000_000)
    let year9999 = Self.at(253_402_300_799_000)
    #expect(now + (year9999 - now) == year9999)
  }
}
