import GatewayTypes

/// How long the upstream has been out of reach: told when it is over.
///
///     reached ──no answer──▶ out of reach ──an answer──▶ reached
///
/// One request that fails between others that do not is no outage.
struct Outage {
  /// What is shorter is not worth telling.
  static let durationMin = Duration.seconds(1)

  private var start: MonotonicTime?

  /// Whether the last that is known of the upstream is a failure.
  var isOn: Bool { start != nil }

  mutating func failed(at now: MonotonicTime) {
    start = start ?? now
  }

  /// A request was answered. Returns how long none was, if that was long.
  mutating func answered(at now: MonotonicTime) -> Duration? {
    guard let start else { return nil }
    self.start = nil
    let duration = now - start
    return duration >= Outage.durationMin ? duration : nil
  }
}
