import GatewayTypes

/// When what was sent is written: at the end of the turn, or a little later when there is much to
/// write, little time for it, and something to gain.
///
/// A worker whose last flush took long, with a room of thousands, and which does little else than
/// flush, gathers for as long as that took before the next: as more frames come for connections
/// that get one anyway, one system call carries several. That halves its rate at worst. Where
/// nothing comes, as to a room that one client writes to, waiting costs time and gains none: each
/// time in vain it is left off for twice as long as before. A worker that has time left does not
/// begin to.
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
  private var load = Load()
  /// The last wait was.
  private var isWorthIt = false
  private var pause = Duration.zero
  private var pauseEnd = MonotonicTime(nanoseconds: 0)
  /// While it gathers: since when, and how many writes were spared then.
  private var gathering: (since: MonotonicTime, sparedCount: Int)?

  /// How long to gather yet at `now`, zero for not at all. `sparedCount` is how many writes are
  /// spared so far, by frames that share one.
  mutating func wait(at now: MonotonicTime, sparedCount: Int) -> Duration {
    guard lastDuration >= FlushPace.durationMin, isWorthIt || load.isHigh, now >= pauseEnd else {
      return .zero
    }
    let wait = min(lastDuration, FlushPace.waitMax) - (now - lastEnd)
    guard wait > .zero else { return .zero }
    gathering = gathering ?? (now, sparedCount)
    return wait
  }

  /// All was written, with `writeCount` writes that spared `sparedCount` others.
  mutating func flushed(
    from start: MonotonicTime, to end: MonotonicTime, writeCount: Int, sparedCount: Int
  ) {
    // It would not have waited by itself: that counts neither as work nor as time left.
    let waited = gathering.map { start - $0.since } ?? .zero
    load.add(end - start, of: end - lastEnd - waited)
    lastEnd = end
    lastDuration = end - start
    guard let began = gathering else { return }
    gathering = nil
    isWorthIt =
      (sparedCount - began.sparedCount) * FlushPace.writesPerSparedMax >= writeCount
    pause = isWorthIt ? .zero : max(FlushPace.pauseMin, min(pause * 2, FlushPace.pauseMax))
    pauseEnd = end + pause
  }

  /// What share of a worker's time flushes take, over the last sixteen or so.
  private struct Load {
    private static let flushCount = 16
    /// Longer ones without a flush say no more.
    private static let intervalMax = Duration.milliseconds(100)

    private var flushing = Duration.zero
    private var all = Duration.zero

    /// Three fifths or more.
    var isHigh: Bool { flushing * 5 >= all * 3 }

    mutating func add(_ duration: Duration, of interval: Duration) {
      flushing += min(duration, Load.intervalMax) - flushing / Load.flushCount
      all += min(interval, Load.intervalMax) - all / Load.flushCount
    }
  }
}
