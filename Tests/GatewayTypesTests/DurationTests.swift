import GatewayTypes
import Testing

struct DurationTests {
  private static let rows: [(Duration, Int64, Int64)] = [
    (.zero, 0, 0),
    (.nanoseconds(1), 1, 0),
    (.nanoseconds(-1), -1, 0),
    (.milliseconds(1500), 1_500_000_000, 1500),
    (.milliseconds(-1500), -1_500_000_000, -1500),
    (.nanoseconds(1_999_999), 1_999_999, 1),
    (.nanoseconds(-1_999_999), -1_999_999, -1),
    (.nanoseconds(Int64.max), .max, .max / 1_000_000),
    (.nanoseconds(Int64.min), .min, .min / 1_000_000),
    (.seconds(9_223_372_037), .max, 9_223_372_037_000),
    (.milliseconds(Int64.max), .max, .max),
    (.milliseconds(Int64.min), .min, .min),
    (.seconds(Int64.max), .max, .max),
    (.seconds(Int64.min), .min, .min),
    (.seconds(Int64.max) + .seconds(Int64.max), .max, .max),
    (.seconds(Int64.min) + .seconds(Int64.min), .min, .min),
  ]

  @Test(arguments: rows)
  func `whole units round towards zero and saturate`(
    duration: Duration, nanoseconds: Int64, milliseconds: Int64
  ) {
    #expect(duration.wholeNanoseconds == nanoseconds)
    #expect(duration.wholeMilliseconds == milliseconds)
  }
}
