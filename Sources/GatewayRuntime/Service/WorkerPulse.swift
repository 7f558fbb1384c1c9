/// Whether every worker's loop still turns: each is asked in rounds, and a round is over when all
/// have answered.
struct WorkerPulse {
  private var workers: Set<UInt16>
  private var round = 0
  private var silent: Set<UInt16> = []

  init(workers: [UInt16]) {
    self.workers = Set(workers)
  }

  /// The round in which all are to be asked now. Nil while one has not answered the last: more
  /// questions would only pile up in its mailbox.
  mutating func nextRound() -> Int? {
    guard silent.isEmpty, !workers.isEmpty else { return nil }
    round += 1
    silent = workers
    return round
  }

  /// A worker has answered. Returns whether all have.
  mutating func answered(_ worker: UInt16, round: Int) -> Bool {
    guard round == self.round, silent.remove(worker) != nil else { return false }
    return silent.isEmpty
  }

  /// A worker has come to its end, and is not asked any more. Returns whether all have answered.
  mutating func ended(_ worker: UInt16) -> Bool {
    workers.remove(worker)
    return silent.remove(worker) != nil && silent.isEmpty
  }
}
