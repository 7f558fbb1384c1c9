import GatewayTypes
import Synchronization

/// Measures one broadcast, from the upstream's answer to the last recipient that any worker has.
///
/// It goes with the broadcast to every worker, each of which finishes once; who is last measures.
/// Safe to share: two numbers that are changed in one step each. Thread: any.
final class DeliveryClock: Sendable {
  private let startedAt: MonotonicTime
  private let remainingCount: Atomic<Int>
  /// When the last recipient so far was written to, in nanoseconds; 0 for none.
  private let lastWrite = Atomic<UInt64>(0)

  /// For a broadcast to `workerCount` workers, 1 and up.
  init(startedAt: MonotonicTime, workerCount: Int) {
    self.startedAt = startedAt
    remainingCount = Atomic(workerCount)
  }

  /// A worker has written it to its last recipient; nil when it had none. Returns how long it took
  /// in all, when this was the last worker and anybody was written to.
  func finish(writtenAt time: MonotonicTime?) -> Duration? {
    if let time { lastWrite.max(time.nanoseconds, ordering: .acquiringAndReleasing) }
    let left = remainingCount.subtract(1, ordering: .acquiringAndReleasing).newValue
    guard left == 0 else { return nil }
    let last = lastWrite.load(ordering: .acquiring)
    return last == 0 ? nil : MonotonicTime(nanoseconds: last) - startedAt
  }
}
