/// Lets a bounded number in at once and keeps a bounded number waiting, first come, first served.
struct Turnstile<Visitor> {
  enum Entry: Equatable {
    /// It is inside, until `leave`.
    case enters
    /// It comes in when one of those inside leaves.
    case waits
    /// Too many wait already; it is not kept.
    case refused
  }

  private let insideCountMax: Int
  private let waitingCountMax: Int
  private var insideCount = 0
  /// Those before `firstIndex` have gone: taking them out one by one would move all others.
  private var line: [Visitor?] = []
  private var firstIndex = 0
  private var waitingCount = 0

  /// `insideCountMax` is 1 and up, `waitingCountMax` 0 and up.
  init(insideCountMax: Int, waitingCountMax: Int) {
    precondition(insideCountMax >= 1 && waitingCountMax >= 0, "a turnstile lets somebody in")
    self.insideCountMax = insideCountMax
    self.waitingCountMax = waitingCountMax
  }

  mutating func enter(_ visitor: Visitor) -> Entry {
    if insideCount < insideCountMax {
      insideCount += 1
      return .enters
    }
    guard waitingCount < waitingCountMax else { return .refused }
    line.append(visitor)
    waitingCount += 1
    return .waits
  }

  /// One of those inside goes. Returns who comes in instead.
  mutating func leave() -> Visitor? {
    precondition(insideCount > 0, "who leaves was inside")
    guard let next = takeFirst() else {
      insideCount -= 1
      return nil
    }
    return next
  }

  /// The first of those waiting that `isLeaving` goes away without having been inside. In the order
  /// in which they came, so that the oldest is found at once.
  mutating func giveUp(where isLeaving: (Visitor) -> Bool) {
    for index in line.indices.dropFirst(firstIndex) {
      if let visitor = line[index], isLeaving(visitor) {
        line[index] = nil
        waitingCount -= 1
        dropGone()
        return
      }
    }
  }

  /// All that wait go away, and are returned in their order.
  mutating func giveUpAll() -> [Visitor] {
    defer {
      line = []
      firstIndex = 0
      waitingCount = 0
    }
    return line.compactMap { $0 }
  }

  private mutating func takeFirst() -> Visitor? {
    guard waitingCount > 0, let first = line[firstIndex] else { return nil }
    line[firstIndex] = nil
    waitingCount -= 1
    dropGone()
    return first
  }

  /// Keeps what `firstIndex` says true: it is at one who waits, or `line` is empty.
  private mutating func dropGone() {
    while firstIndex < line.count, line[firstIndex] == nil {
      firstIndex += 1
    }
    // At least half of it is gone: what is moved was paid for by those who went.
    if firstIndex > line.count / 2 {
      line.removeFirst(firstIndex)
      firstIndex = 0
    }
  }
}
