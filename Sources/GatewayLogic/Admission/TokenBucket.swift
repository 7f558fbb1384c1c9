package import GatewayTypes

/// Lets so many messages a minute through: as many at once, and then one whenever its share of the
/// minute has passed.
///
/// Kept as the time at which the bucket would be full again, which is all that a token bucket needs
/// to know (the generic cell rate algorithm, ITU-T I.371).
package struct TokenBucket {
  /// Full at this time or earlier; nil when it has never been touched.
  private var fullAt: MonotonicTime?

  package init() {}

  /// Takes a token out of a bucket of `countPerMinute`, 1 and up. Returns how long it takes until
  /// there is one when there is none, and nothing is taken then.
  package mutating func take(at now: MonotonicTime, countPerMinute: Int) -> Duration? {
    // In whole nanoseconds, as the clock counts: a wait that is told is then exactly enough.
    let interval = Duration.nanoseconds(60_000_000_000 / Int64(max(1, countPerMinute)))
    let start = max(fullAt ?? now, now)
    let wait = (start - now) + interval - .seconds(60)
    guard wait <= .zero else { return wait }
    fullAt = start + interval
    return nil
  }
}
