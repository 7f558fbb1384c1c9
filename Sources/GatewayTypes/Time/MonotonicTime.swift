/// A point on the clock that never goes back: nanoseconds since some moment before the start.
///
/// Comparable within one process only. Logic is given it as an argument and never reads a clock.
package struct MonotonicTime: Hashable, Comparable, Sendable {
  package let nanoseconds: UInt64

  package init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The time `duration` later. Saturates at both ends of the clock.
  package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    let nanoseconds = duration.wholeNanoseconds
    if nanoseconds >= 0 {
      let (sum, overflow) = time.nanoseconds.addingReportingOverflow(UInt64(nanoseconds))
      return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }
    let (difference, overflow) =
      time.nanoseconds.subtractingReportingOverflow(nanoseconds.magnitude)
    return MonotonicTime(nanoseconds: overflow ? 0 : difference)
  }

  /// How much later `left` is than `right`; negative when it is earlier. Saturates.
  package static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    left >= right
      ? .nanoseconds(Int64(clamping: left.nanoseconds - right.nanoseconds))
      : .zero - .nanoseconds(Int64(clamping: right.nanoseconds - left.nanoseconds))
  }
}

extension Duration {
  /// The whole nanoseconds, rounded towards zero, saturating at the ends of `Int64` (292 years).
  package var wholeNanoseconds: Int64 {
    // `components` traps where the seconds do not fit into `Int64`.
    Int64(clamping: attoseconds / 1_000_000_000)
  }

  /// The whole milliseconds, rounded towards zero, saturating at the ends of `Int64`.
  package var wholeMilliseconds: Int64 {
    Int64(clamping: attoseconds / 1_000_000_000_000_000)
  }
}
