/// When the clients of a gateway that is going away are closed, and when they are to come back.
///
/// All workers draw from one schedule, so that what is spread is the fleet and not each worker's
/// share of it: the k-th of n clients comes back in the middle of the k-th of n equal parts of the
/// grace. They are closed in the same order, the last of them when half of the grace is over, so
/// that the other half is left for what they wait for. A few clients are not that long about it:
/// who comes back when is said already, and an operator who stops a gateway waits for its end.
/// Source: OPERATIONS.md, "Drain".
package struct DepartureSchedule: Sendable {
  /// What one client is told and what happens to it, counted from the beginning of the drain.
  package struct Departure: Hashable, Sendable {
    package let reconnectAfter: Duration
    /// Never later than `reconnectAfter`.
    package let closeAfter: Duration
  }

  /// The longest time from one closing to the next. Clients that know nothing of `going_away` come
  /// back when they are closed: the more there are, the more of the grace they are given.
  static let closingIntervalMax = Duration.milliseconds(50)

  private let clientCount: Int
  private let grace: Duration
  private var drawnCount = 0

  /// For `clientCount` clients and a grace of 0 and up.
  package init(clientCount: Int, grace: Duration) {
    self.clientCount = max(1, clientCount)
    self.grace = grace
  }

  /// The departure of the next client. Who comes beyond the count, because it connected while it
  /// was taken, departs together with the last one.
  package mutating func next() -> Departure {
    let index = min(drawnCount, clientCount - 1)
    drawnCount += 1
    let interval = min(grace / (clientCount * 2), DepartureSchedule.closingIntervalMax)
    return Departure(
      reconnectAfter: grace * (index * 2 + 1) / (clientCount * 2), closeAfter: interval * index)
  }
}
