import GatewayTypes
import Testing

struct MonotonicTimeTests {
  private static func at(_ nanoseconds: UInt64) -> MonotonicTime {
    MonotonicTime(nanoseconds: nanoseconds)
  }

  private static let sums: [(MonotonicTime, Duration, MonotonicTime)] = [
    (at(0), .nanoseconds(5), at(5)),
    (at(5), .nanoseconds(-5), at(0)),
    (at(5), .nanoseconds(-6), at(0)),
    (at(0), .nanoseconds(Int64.min), at(0)),
    (at(.max), .zero, at(.max)),
    (at(.max), .nanoseconds(1), at(.max)),
    (at(.max - 1), .seconds(Int64.max), at(.max)),
    (at(7), .seconds(Int64.max), at(7 + UInt64(Int64.max))),
    (at(.max), .seconds(Int64.min), at(UInt64(Int64.max))),
    (at(1), .seconds(Int64.max) + .seconds(Int64.max), at(1 + UInt64(Int64.max))),
  ]

  @Test(arguments: sums)
  func `adding saturates at both ends`(
    time: MonotonicTime, duration: Duration, sum: MonotonicTime
  ) {
    #expect(time + duration == sum)
  }

  private static let differences: [(MonotonicTime, MonotonicTime, Duration)] = [
    (at(9), at(4), .nanoseconds(5)),
    (at(4), at(9), .nanoseconds(-5)),
    (at(3), at(3), .zero),
    (at(.max), at(0), .nanoseconds(Int64.max)),
    (at(0), at(.max), .nanoseconds(-Int64.max)),
  ]

  @Test(arguments: differences)
  func `a difference has a sign and saturates`(
    left: MonotonicTime, right: MonotonicTime, difference: Duration
  ) {
    #expect(left - right == difference)
  }

  @Test func `earlier is less`() {
    #expect(Self.at(1) < Self.at(2))
    #expect(!(Self.at(2) < Self.at(2)))
  }
}
