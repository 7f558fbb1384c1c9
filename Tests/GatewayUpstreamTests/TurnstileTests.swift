import Testing

@testable import GatewayUpstream

@Suite struct TurnstileTests {
  /// Guests may have as much as the others where nothing else is said.
  private func turnstile(
    inside: Int, waiting: Int, guestsInside: Int? = nil, guestsWaiting: Int? = nil
  ) -> Turnstile<Int> {
    Turnstile(
      Turnstile.Bounds(inside: inside, waiting: waiting),
      guests: Turnstile.Bounds(
        inside: guestsInside ?? inside, waiting: guestsWaiting ?? waiting))
  }

  @Test func `it lets in, keeps waiting and refuses, in this order`() {
    var turnstile = turnstile(inside: 2, waiting: 1)
    #expect((1...4).map { turnstile.enter($0) } == [.enters, .enters, .waits, .refused])
    #expect(turnstile.leave() == 3)
    #expect(turnstile.leave() == nil)
    #expect(turnstile.leave() == nil)
    #expect(turnstile.enter(5) == .enters)
  }

  @Test func `who gives up leaves a place in the line, and the others keep their order`() {
    var turnstile = turnstile(inside: 1, waiting: 3)
    for visitor in 0...3 { #expect(turnstile.enter(visitor) != .refused) }
    turnstile.giveUp { $0 == 2 }
    turnstile.giveUp { $0 == 7 }
    #expect(turnstile.enter(4) == .waits)
    #expect(turnstile.enter(5) == .refused)
    #expect([turnstile.leave(), turnstile.leave()] == [1, 3])
    #expect(turnstile.giveUpAll() == [4])
    #expect(turnstile.leave() == nil)
  }

  @Test func `it agrees with a plain array over a long time`() {
    var turnstile = turnstile(inside: 1, waiting: 50)
    #expect(turnstile.enter(-1) == .enters)
    var model: [Int] = []
    for step in 0..<10_000 {
      switch (step &* 7919) % 10 {
      case 0..<5:
        let isTaken = model.count < 50
        if isTaken { model.append(step) }
        #expect(turnstile.enter(step) == (isTaken ? .waits : .refused))
      case 5..<7 where !model.isEmpty:
        let leaving = model.remove(at: step % model.count)
        turnstile.giveUp { $0 == leaving }
      default:
        guard !model.isEmpty else { continue }
        #expect(turnstile.leave() == model.removeFirst())
      }
    }
    #expect(turnstile.giveUpAll() == model)
  }

  @Test func `guests leave the last places, inside and in the line, to the others`() {
    var turnstile = turnstile(inside: 3, waiting: 3, guestsInside: 2, guestsWaiting: 2)
    let guests = (1...5).map { turnstile.enter($0, isGuest: true) }
    #expect(guests == [.enters, .enters, .waits, .waits, .refused])
    #expect((6...8).map { turnstile.enter($0) } == [.enters, .waits, .refused])
    // 7 passes by those guests that wait, for the place that no guest may have.
    #expect(turnstile.leave() == 7)
    #expect(turnstile.leave() == nil)
    #expect(turnstile.leave(isGuest: true) == 3)
    #expect(turnstile.enter(9) == .enters)
    #expect(turnstile.leave() == nil)
    #expect(turnstile.leave(isGuest: true) == 4)
    #expect(turnstile.leave(isGuest: true) == nil)
  }

  @Test func `guests and others come in as they came, where both may`() {
    var turnstile = turnstile(inside: 2, waiting: 9, guestsInside: 2, guestsWaiting: 9)
    for visitor in 1...2 { #expect(turnstile.enter(visitor, isGuest: true) == .enters) }
    for visitor in 3...8 { #expect(turnstile.enter(visitor, isGuest: visitor % 2 == 0) == .waits) }
    turnstile.giveUp(isGuest: true) { $0 == 4 }
    turnstile.giveUp { $0 == 6 }
    #expect((1...2).map { _ in turnstile.leave(isGuest: true) } == [3, 5])
    #expect(turnstile.giveUpAll() == [6, 7, 8])
  }

  /// What it should do, in the plainest way.
  private struct Model {
    typealias Visitor = (number: Int, isGuest: Bool)
    var inside: [Visitor] = []
    var waiting: [Visitor] = []

    func mayComeIn(_ visitor: Visitor) -> Bool {
      inside.count < 5 && (!visitor.isGuest || inside.count(where: \.isGuest) < 3)
    }

    mutating func enter(_ visitor: Visitor) -> Turnstile<Int>.Entry {
      if mayComeIn(visitor) {
        inside.append(visitor)
        return .enters
      }
      let mayWait =
        waiting.count < 20 && (!visitor.isGuest || waiting.count(where: \.isGuest) < 12)
      if mayWait { waiting.append(visitor) }
      return mayWait ? .waits : .refused
    }

    mutating func leave(at index: Int) -> Int? {
      inside.remove(at: index)
      guard let next = waiting.firstIndex(where: mayComeIn) else { return nil }
      inside.append(waiting.remove(at: next))
      return inside.last?.number
    }
  }

  @Test func `with guests it agrees with plain arrays over a long time`() {
    var turnstile = turnstile(inside: 5, waiting: 20, guestsInside: 3, guestsWaiting: 12)
    var model = Model()
    for step in 0..<20_000 {
      let choice = step &* 7919 % 1009
      switch choice % 10 {
      case 0..<5:
        let isGuest = choice % 3 != 0
        #expect(turnstile.enter(step, isGuest: isGuest) == model.enter((step, isGuest)))
      case 5..<7 where !model.waiting.isEmpty:
        let leaving = model.waiting.remove(at: choice % model.waiting.count)
        turnstile.giveUp(isGuest: leaving.isGuest) { $0 == leaving.number }
      default:
        guard !model.inside.isEmpty else { continue }
        let index = choice % model.inside.count
        let isGuest = model.inside[index].isGuest
        #expect(turnstile.leave(isGuest: isGuest) == model.leave(at: index))
      }
      #expect(!model.waiting.contains(where: model.mayComeIn))
    }
    #expect(turnstile.giveUpAll() == model.waiting.map(\.number))
  }
}
