/// Lets a bounded number in at once and keeps a bounded number waiting, first come, first served.
///
/// Guests have bounds of their own within those: they may all be inside, and wait, for as long as
/// they like, and still a place is left for the others, who pass by the guests that wait.
///
/// Invariant: nobody waits who may come in.
struct Turnstile<Visitor> {
  /// How many may be inside, 1 and up, and wait, 0 and up.
  struct Bounds {
    let inside: Int
    let waiting: Int
  }

  enum Entry: Equatable {
    /// It is inside, until `leave`.
    case enters
    /// It comes in when one of those inside leaves.
    case waits
    /// Too many wait already; it is not kept.
    case refused
  }

  private let bounds: Bounds
  private let guestBounds: Bounds
  private var insideCount = 0
  private var guestInsideCount = 0
  private var line = Line()
  private var guestLine = Line()
  /// Tells who of two in different lines came first.
  private var arrivalCount: UInt64 = 0

  /// `bounds` are for all together. Those of guests are not larger.
  init(_ bounds: Bounds, guests guestBounds: Bounds) {
    precondition(guestBounds.inside >= 1 && guestBounds.waiting >= 0, "a turnstile lets guests in")
    precondition(
      guestBounds.inside <= bounds.inside && guestBounds.waiting <= bounds.waiting,
      "guests are some of all")
    self.bounds = bounds
    self.guestBounds = guestBounds
  }

  /// Whether nobody is inside and nobody waits.
  var isEmpty: Bool { insideCount == 0 && line.count == 0 && guestLine.count == 0 }

  mutating func enter(_ visitor: Visitor, isGuest: Bool = false) -> Entry {
    if insideCount < bounds.inside, !isGuest || guestInsideCount < guestBounds.inside {
      countIn(isGuest: isGuest)
      return .enters
    }
    guard line.count + guestLine.count < bounds.waiting,
      !isGuest || guestLine.count < guestBounds.waiting
    else { return .refused }
    arrivalCount += 1
    if isGuest {
      guestLine.append(visitor, arrival: arrivalCount)
    } else {
      line.append(visitor, arrival: arrivalCount)
    }
    return .waits
  }

  /// One of those inside goes. Returns who comes in instead.
  mutating func leave(isGuest: Bool = false) -> Visitor? {
    precondition(insideCount > 0, "who leaves was inside")
    insideCount -= 1
    if isGuest { guestInsideCount -= 1 }
    guard let isNextGuest else { return nil }
    countIn(isGuest: isNextGuest)
    return isNextGuest ? guestLine.takeFirst() : line.takeFirst()
  }

  /// The first of those waiting that `isLeaving` goes away without having been inside. In the order
  /// in which they came, so that the oldest is found at once.
  mutating func giveUp(isGuest: Bool = false, where isLeaving: (Visitor) -> Bool) {
    if isGuest {
      guestLine.remove(where: isLeaving)
    } else {
      line.remove(where: isLeaving)
    }
  }

  /// All that wait go away, and are returned in their order.
  mutating func giveUpAll() -> [Visitor] {
    var all: [Visitor] = []
    while let isFirstGuest = isFirstGuest(guestsToo: true) {
      guard let first = isFirstGuest ? guestLine.takeFirst() : line.takeFirst() else { break }
      all.append(first)
    }
    return all
  }

  private mutating func countIn(isGuest: Bool) {
    insideCount += 1
    if isGuest { guestInsideCount += 1 }
  }

  /// Whether it is a guest who comes in next; nil when nobody does.
  private var isNextGuest: Bool? {
    isFirstGuest(guestsToo: guestInsideCount < guestBounds.inside)
  }

  private func isFirstGuest(guestsToo: Bool) -> Bool? {
    switch (line.firstArrival, guestsToo ? guestLine.firstArrival : nil) {
    case (nil, nil): nil
    case (_?, nil): false
    case (nil, _?): true
    case (let other?, let guest?): guest < other
    }
  }
}

extension Turnstile {
  /// Visitors in the order in which they came.
  private struct Line {
    private var entries: [(visitor: Visitor, arrival: UInt64)?] = []
    /// Those before it have gone: taking them out one by one would move all others.
    private var firstIndex = 0
    private(set) var count = 0

    var firstArrival: UInt64? {
      firstIndex < entries.count ? entries[firstIndex]?.arrival : nil
    }

    mutating func append(_ visitor: Visitor, arrival: UInt64) {
      entries.append((visitor, arrival))
      count += 1
    }

    mutating func takeFirst() -> Visitor? {
      guard firstIndex < entries.count, let first = entries[firstIndex] else { return nil }
      remove(at: firstIndex)
      return first.visitor
    }

    mutating func remove(where isLeaving: (Visitor) -> Bool) {
      for index in entries.indices.dropFirst(firstIndex) {
        if let entry = entries[index], isLeaving(entry.visitor) { return remove(at: index) }
      }
    }

    /// Keeps what `firstIndex` says true: it is at one who waits, or `entries` is empty.
    private mutating func remove(at index: Int) {
      entries[index] = nil
      count -= 1
      while firstIndex < entries.count, entries[firstIndex] == nil {
        firstIndex += 1
      }
      // At least half of it is gone: what is moved was paid for by those who went.
      if firstIndex > entries.count / 2 {
        entries.removeFirst(firstIndex)
        firstIndex = 0
      }
    }
  }
}
