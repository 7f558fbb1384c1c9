/// Requests that are passed on when it is known whether a new key verifies their tokens; a bounded
/// number, for each holds a connection.
struct WaitingRequests<Request> {
  /// The most that wait on one worker.
  static var countMax: Int { 1024 }

  struct Place: Hashable {
    let number: UInt64
    /// Nobody else waits: the others are answered together with it.
    let isFirst: Bool
  }

  private let countMax: Int
  private var requests: [UInt64: Request] = [:]
  private var nextNumber: UInt64 = 0

  init(countMax: Int = WaitingRequests.countMax) {
    self.countMax = countMax
  }

  var count: Int { requests.count }

  /// Nil when too many wait: it is not kept.
  mutating func insert(_ request: Request) -> Place? {
    guard count < countMax else { return nil }
    let place = Place(number: nextNumber, isFirst: requests.isEmpty)
    requests[nextNumber] = request
    nextNumber += 1
    return place
  }

  /// Its client has gone. Nothing when it does not wait any more.
  mutating func remove(_ number: UInt64) {
    requests[number] = nil
  }

  /// Takes all out, in the order in which they came.
  mutating func take() -> [Request] {
    defer { requests = [:] }
    return requests.sorted { $0.key < $1.key }.map(\.value)
  }
}
