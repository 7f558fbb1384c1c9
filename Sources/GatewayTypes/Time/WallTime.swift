/// The time of day as everybody has it: milliseconds since 1970-01-01 00:00 UTC, leap seconds left
/// out. It can jump; nothing that must not may depend on it.
package struct WallTime: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  package static func < (left: WallTime, right: WallTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The time `duration` later, in whole milliseconds. Saturates at both ends.
  package static func + (time: WallTime, duration: Duration) -> WallTime {
    let added = duration.wholeMilliseconds
    let (sum, overflow) = time.milliseconds.addingReportingOverflow(added)
    return WallTime(milliseconds: overflow ? (added < 0 ? .min : .max) : sum)
  }

  /// How much later `left` is than `right`; negative when it is earlier. Saturates.
  package static func - (left: WallTime, right: WallTime) -> Duration {
    let (difference, overflow) =
      left.milliseconds.subtractingReportingOverflow(right.milliseconds)
    return .milliseconds(overflow ? (left < right ? Int64.min : Int64.max) : difference)
  }
}
