import GatewayTypes

/// Lets one line a second through of those that say the same, and counts the others.
struct LogGate {
  private static let interval = Duration.seconds(1)

  private var opensAt: MonotonicTime?
  private var heldBackCount = 0

  /// Whether a line may be written at `now`: nil when not, else how many were held back before it.
  mutating func pass(at now: MonotonicTime) -> Int? {
    if let opensAt, now < opensAt {
      heldBackCount += 1
      return nil
    }
    defer { heldBackCount = 0 }
    opensAt = now + LogGate.interval
    return heldBackCount
  }
}
