package import GatewayTypes

/// Both clocks of a test, which stand still until they are told to go on.
package struct ManualClock: Sendable {
  package private(set) var now: MonotonicTime
  package private(set) var wallNow: WallTime

  /// Starts at a time of no meaning, the same in each run.
  package init(
    now: MonotonicTime = MonotonicTime(nanoseconds: 5_000_000_000),
    wallNow: WallTime = WallTime(milliseconds: 1_700_000_000_000)
  ) {
    self.now = now
    self.wallNow = wallNow
  }

  package mutating func advance(by duration: Duration) {
    now = now + duration
    wallNow = wallNow + duration
  }
}
