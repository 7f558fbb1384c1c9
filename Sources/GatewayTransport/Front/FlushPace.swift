import GatewayTypes

/// When what was sent is written: at the end of the turn, or a little later when writing is
/// expensive and there is something to gain.
///
/// A worker whose last flush took long, with a room of thousands, gathers for as long as that took
/// before the next, as long as it does so with success: as more frames come for connections that get
/// one anyway, one system call carries several. That halves the rate at worst. Where nothing comes,
/// as to a room that one client writes to, waiting costs time and gains none: each time in vain it
/// is left off for twice as long as before.
/// Source: DESIGN.md, 4.
struct FlushPace {
  /// Flushes that take less are not worth a wait.
  private static let durationMin = Duration.milliseconds(1)
  private static let waitMax = Duration.milliseconds(10)
  /// How long there is no wait, after one in vain and at most.
  private static let pauseMin = Duration.milliseconds(20)
  private static let pauseMax = Duration.seconds(1)
  /// A wait must spare at least one write of so many that were made.
  private static let writesPerSparedMax = 4

  private var lastEnd = MonotonicTime(nanoseconds: 0)
  private var lastDuration = Duration.zero
  private var pause = Duration.zero
  private var pauseEnd = MonotonicTime(nanoseconds: 0)
  /// While it gathers: the writes that were spared when that began.
  private var sparedBefore: Int?

  /// How long to gather yet at `now`, zero for not at all. `sparedCount` is how many writes are
  /// spared so far, by frames that share one.
  mutating func wait(at now: MonotonicTime, sparedCount: Int) -> Duration {
    guard lastDuration >= FlushPace.durationMin, now >= pauseEnd else { return .zero }
    let wait = min(lastDuration, FlushPace.waitMax) - (now - lastEnd)
    guard wait > .zero else { return .zero }
    sparedBefore = sparedBefore ?? sparedCount
    return wait
  }

  /// All was written, with `writeCount` writes that spared `sparedCount` others.
  mutating func flushed(
    from start: MonotonicTime, to end: MonotonicTime, writeCount: Int, sparedCount: Int
  ) {
    lastEnd = end
    lastDuration = end - start
    guard let before = sparedBefore else { return }
    sparedBefore = nil
    let isWorthIt = (sparedCount - before) * FlushPace.writesPerSparedMax >= writeCount
    pause = isWorthIt ? .zero : max(FlushPace.pauseMin, min(pause * 2, FlushPace.pauseMax))
    pauseEnd = end + pause
  }
}
