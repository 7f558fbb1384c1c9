import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct RoomTests {
  private var room = Room(accessLifetime: .seconds(30))
  private var clock = ManualClock()

  private mutating func join(_ request: JoinRequest) -> [RoomEffect] {
    var effects: [RoomEffect] = []
    room.join(request, at: clock.now, current: position(3), into: &effects)
    return effects
  }

  private mutating func checked(_ request: JoinRequest, _ reply: UpstreamReply) -> [RoomEffect] {
    var effects: [RoomEffect] = []
    room.checked(request, reply, at: clock.now, current: position(4), into: &effects)
    return effects
  }

  private mutating func delete() -> [RoomEffect] {
    var effects: [RoomEffect] = []
    room.noteDeleted(into: &effects)
    return effects
  }

  @Test mutating func `who asks is admitted when the upstream shows them the note`() {
    let request = joining()
    #expect(join(request) == [.check(request)])
    #expect(room.workers == [])
    #expect(!room.isEmpty)
    #expect(checked(request, status(200)) == [.answer(request, .admitted(position(4)))])
    #expect(room.workers == [0])
  }

  private static let refusals: [(UpstreamReply, ErrorReport)] = [
    (status(201), ErrorReport(.upstreamUnavailable)),
    (status(304), ErrorReport(.upstreamUnavailable)),
    (status(401), ErrorReport(.tokenExpired)),
    (status(403), ErrorReport(.notFound)),
    (status(404), ErrorReport(.notFound)),
    (status(410), ErrorReport(.upstreamRejected, status: 410)),
    (status(500), ErrorReport(.upstreamUnavailable)),
    (.failed(.notConnected), ErrorReport(.upstreamUnavailable)),
    (.failed(.brokenAnswer), ErrorReport(.upstreamUnavailable)),
    (.failed(.timedOut(mayHaveBeenSent: true)), ErrorReport(.upstreamTimeout)),
    (.failed(.queueFull), ErrorReport(.overloaded)),
  ]

  @Test(arguments: refusals)
  func `nothing but 200 admits`(reply: UpstreamReply, report: ErrorReport) {
    var test = RoomTests()
    let request = joining()
    _ = test.join(request)
    #expect(test.checked(request, reply) == [.answer(request, .refused(report))])
    #expect(test.room.isEmpty)
    #expect(test.join(joining(red, ada, 2)) == [.check(joining(red, ada, 2))])
  }

  @Test mutating func `a yes stands for the user's other joins for its lifetime`() {
    _ = join(joining())
    _ = checked(joining(), status(200))
    clock.advance(by: .seconds(29))
    let second = joining(red, ada, worker: 1, 2)
    #expect(join(second) == [.answer(second, .admitted(position(3)))])
    clock.advance(by: .seconds(1))
    let third = joining(red, ada, 3)
    #expect(join(third) == [.check(third)])
  }

  @Test mutating func `a yes is not another user's`() {
    _ = join(joining())
    _ = checked(joining(), status(200))
    let other = joining(red, bob, 2)
    #expect(join(other) == [.check(other)])
  }

  @Test mutating func `a no ends the yes that stood`() {
    let (first, second) = (joining(red, ada, 1), joining(red, ada, 2))
    _ = join(first)
    _ = join(second)
    _ = checked(first, status(200))
    _ = checked(second, status(403))
    let third = joining(red, ada, 3)
    #expect(join(third) == [.check(third)])
  }

  @Test func `with a lifetime of zero each join is checked`() {
    var test = RoomTests()
    test.room = Room(accessLifetime: .zero)
    _ = test.join(joining())
    _ = test.checked(joining(), status(200))
    #expect(test.join(joining(red, ada, 2)) == [.check(joining(red, ada, 2))])
  }

  @Test mutating func `a deletion refuses all who ask, and forgets who was let in`() {
    let (first, second) = (joining(red, ada, 1), joining(red, bob, 2))
    _ = join(first)
    _ = checked(first, status(200))
    _ = join(second)
    #expect(delete() == [.answer(second, .refused(ErrorReport(.notFound)))])
    #expect(checked(second, status(200)) == [])
    let third = joining(red, ada, 3)
    #expect(join(third) == [.check(third)])
  }

  @Test mutating func `the access of 256 users is remembered and no more`() {
    for number in 1...257 as ClosedRange<UInt64> {
      let request = joining(red, .named("user\(number)"), number)
      _ = join(request)
      _ = checked(request, status(200))
    }
    let known = joining(red, .named("user256"), 300)
    #expect(join(known) == [.answer(known, .admitted(position(3)))])
    let unknown = joining(red, .named("user257"), 301)
    #expect(join(unknown) == [.check(unknown)])
    clock.advance(by: .seconds(30))
    _ = checked(unknown, status(200))
    let remembered = joining(red, .named("user257"), 302)
    #expect(join(remembered) == [.answer(remembered, .admitted(position(3)))])
  }

  @Test mutating func `a worker has a place until all its grants are handed back`() {
    for number in 1...3 as ClosedRange<UInt64> {
      let request = joining(red, ada, worker: 1, number)
      _ = join(request)
      _ = checked(request, status(200))
    }
    _ = join(joining(red, ada, worker: 2, 4))
    #expect(room.workers == [1, 2])
    room.emptied(on: 1, grantCount: 2)
    #expect(room.workers == [1, 2])
    room.emptied(on: 1, grantCount: 1)
    #expect(room.workers == [2])
    room.emptied(on: 1, grantCount: 1)
    room.emptied(on: 2, grantCount: 1)
    #expect(room.isEmpty)
  }
}
