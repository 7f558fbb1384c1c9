import GatewayTypes

/// Lets one line a second through of each kind, and counts the others.
///
///     closed ──first: written──▶ open ──a second without others──▶ closed
///                                 └──a second with others: they are told, and it stays open──┘
///
/// The time is an argument, on a clock that never goes back. Bounded by the number of kinds.
struct LogGates {
  static let interval = Duration.seconds(1)

  /// What becomes of a line.
  enum Verdict: Hashable {
    case write
    /// It is the first that is held back in this second: an example of those, to be kept.
    case keep
    /// It is held back, and counted.
    case count
  }

  fileprivate struct Gate {
    var closesAt: MonotonicTime
    var heldBackCount = 0
    var example: LogLine?
  }

  private var gates: [LogKind: Gate] = [:]

  /// How many kinds were told of within a second.
  var count: Int { gates.count }

  mutating func pass(_ kind: LogKind, at now: MonotonicTime) -> Verdict {
    guard var gate = gates[kind], now < gate.closesAt || gate.heldBackCount > 0 else {
      gates[kind] = Gate(closesAt: now + LogGates.interval)
      return .write
    }
    gate.heldBackCount += 1
    gates[kind] = gate
    return gate.heldBackCount == 1 ? .keep : .count
  }

  /// Keeps the example that `pass` has asked for.
  mutating func keep(_ example: LogLine, as kind: LogKind) {
    gates[kind]?.example = example
  }

  /// When something is to be told; nil when nothing is held back.
  var nextDeadline: MonotonicTime? {
    gates.values.lazy.filter { $0.example != nil }.map(\.closesAt).min()
  }

  /// What is to be told at `now`: the examples, with how many there were like them, and the time
  /// of day that it is.
  mutating func popDue(at now: MonotonicTime, wallNow: WallTime) -> [LogLine] {
    var told: [LogLine] = []
    for (kind, gate) in gates where gate.closesAt <= now {
      if let line = gate.summary(at: wallNow) {
        told.append(line)
        gates[kind] = Gate(closesAt: now + LogGates.interval)
      } else {
        gates[kind] = gate.heldBackCount > 0 ? gate : nil
      }
    }
    return told
  }

  /// All that is held back, for the last time.
  mutating func popAll(wallNow: WallTime) -> [LogLine] {
    defer { gates = [:] }
    return gates.values.compactMap { $0.summary(at: wallNow) }
  }
}

extension LogGates.Gate {
  /// The example comes a moment after it was counted: nil until then.
  fileprivate func summary(at time: WallTime) -> LogLine? {
    guard heldBackCount > 0, let example else { return nil }
    var line = example
    line.time = time
    line.add(.moreInLastSecond, .integer(Int64(clamping: heldBackCount)))
    return line
  }
}
