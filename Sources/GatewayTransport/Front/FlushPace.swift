import GatewayTypes

/// When what was sent is written: at the end of the turn, or a little later when writing is
/// expensive.
///
/// A worker whose last flush took long, with a room of thousands, gathers for as long as that took
/// before the next. That halves its rate at worst, and multiplies what one system call carries.
/// Source: DESIGN.md, 4.
struct FlushPace {
  /// Flushes that take less are not worth a wait.
  private static let durationMin = Duration.milliseconds(1)
  private static let waitMax = Duration.milliseconds(10)

  private var lastEnd = MonotonicTime(nanoseconds: 0)
  private var lastDuration = Duration.zero

  /// How long to gather yet at `now`, zero for not at all.
  func wait(at now: MonotonicTime) -> Duration {
    guard lastDuration >= FlushPace.durationMin else { return .zero }
    return max(.zero, min(lastDuration, FlushPace.waitMax) - (now - lastEnd))
  }

  mutating func flushed(from start: MonotonicTime, to end: MonotonicTime) {
    lastEnd = end
    lastDuration = end - start
  }
}
