package import GatewayTypes

/// What a refresh wants done, in this order, on the main thread.
package enum KeySetRefreshEffect: Hashable, Sendable {
  /// Fetch the set, and say by `fetched` or `failed` what came of it; until then there is no other.
  case fetch
  /// Call `deadlineReached` at this time or a little later. Only the newest one counts.
  case wake(at: MonotonicTime)
  /// Tell the worker that no new key comes for the tokens that wait there: for those of this asker
  /// and of the less patient.
  case nothingNew(worker: UInt16, upTo: KeyAsker)
}
