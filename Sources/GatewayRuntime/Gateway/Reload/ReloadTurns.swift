/// Which reload is under way, and whether another one follows.
///
///     idle ──requested──▶ under way ──taken by all workers──▶ idle
///                             └──requested meanwhile: once more at its end──┘
///
/// So a storm of signals is no storm of reloads, and the last one is not missed.
struct ReloadTurns {
  private(set) var number = 0
  private var awaited: Set<UInt16> = []
  /// One was asked for and has not begun.
  private(set) var isWanted = false

  var isUnderWay: Bool { !awaited.isEmpty }

  /// One is asked for; it begins when `takeRequest` says so.
  mutating func request() {
    isWanted = true
  }

  /// Whether one is to begin now.
  mutating func takeRequest() -> Bool {
    guard isWanted, !isUnderWay else { return false }
    isWanted = false
    return true
  }

  /// Workers are given a new setup. Returns its number.
  mutating func begin(for workers: [UInt16]) -> Int {
    number += 1
    awaited = Set(workers)
    return number
  }

  /// A worker runs with the setup of this number. Returns whether that ends the reload.
  mutating func taken(by worker: UInt16, number: Int) -> Bool {
    guard number == self.number, awaited.remove(worker) != nil else { return false }
    return awaited.isEmpty
  }
}
