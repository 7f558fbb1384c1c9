package import GatewayTypes

/// Values that are good until some time, a bounded number of them: the oldest goes for a new one.
///
/// What has run out is never given out. It is dropped when all that came before it has gone.
package struct ExpiringCache<Key: Hashable, Value> {
  private struct Entry {
    let value: Value
    let end: WallTime
  }

  private let countMax: Int
  private var entries: [Key: Entry] = [:]
  /// The keys of `entries`, each once, oldest first.
  private var order = FIFO<Key>()

  /// `countMax` is 1 and up.
  package init(countMax: Int) {
    precondition(countMax >= 1, "a cache has room for something")
    self.countMax = countMax
  }

  package var count: Int { entries.count }

  /// What was put in for `key`, if it is still good at the time `now`.
  package func value(for key: Key, at now: WallTime) -> Value? {
    guard let entry = entries[key], now < entry.end else { return nil }
    return entry.value
  }

  /// Keeps `value`, which is good before `end`, in place of what was there for `key`.
  package mutating func insert(
    _ value: Value, for key: Key, until end: WallTime, at now: WallTime
  ) {
    if entries.updateValue(Entry(value: value, end: end), forKey: key) != nil { return }
    order.append(key)
    while let oldest = order.first, count > countMax || hasEnded(oldest, at: now) {
      order.removeFirst()
      entries[oldest] = nil
    }
  }

  package mutating func removeAll() {
    entries = [:]
    order = FIFO()
  }

  private func hasEnded(_ key: Key, at now: WallTime) -> Bool {
    entries[key].map { $0.end <= now } ?? true
  }
}
