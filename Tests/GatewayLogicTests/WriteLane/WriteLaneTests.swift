import GatewayLogic
import GatewayTypes
import Testing

struct WriteLaneTests {
  private static func lane(waitingCountMax: Int = 8) -> WriteLane {
    WriteLane(
      rules: WriteLane.Rules(waitingCountMax: waitingCountMax), position: position(0))
  }

  private static func answered(_ lane: inout WriteLane, _ reply: UpstreamReply)
    -> [WriteLaneEffect]
  {
    effects { lane.upstreamAnswered(reply, at: start, wallNow: later, into: &$0) }
  }

  private static func refused(_ number: UInt64, _ report: ErrorReport) -> WriteLaneEffect {
    .answer(writer(number), .refused(report))
  }

  private static func updated(_ number: UInt64, _ position: NotePosition) -> [WriteLaneEffect] {
    [
      .announce(
        .updated(
          changes: changes, to: answer, at: later, position, by: author(number))),
      .answer(writer(number), .updated(answer, at: later, position)),
    ]
  }

  @Test func `one write is under way and the others follow in their order`() {
    var lane = Self.lane()
    #expect(
      effects { lane.submit(update(1), at: start, into: &$0) } == [
        .request(.update(changes: changes), for: update(1))
      ])
    #expect(effects { lane.submit(update(2), at: start, into: &$0) } == [])
    #expect(effects { lane.submit(deletion(3), at: start, into: &$0) } == [])
    #expect(lane.waitingCount == 2)
    #expect(
      Self.answered(&lane, yes)
        == Self.updated(1, position(1)) + [.request(.update(changes: changes), for: update(2))])
    #expect(
      Self.answered(&lane, status(500)).last == .request(.delete, for: deletion(3)))
    #expect(!lane.isIdle)
    _ = Self.answered(&lane, status(204))
    #expect(lane.isIdle)
    #expect(lane.waitingCount == 0)
  }

  @Test func `more writes than may wait are refused as overloaded`() {
    var lane = Self.lane(waitingCountMax: 1)
    _ = effects { lane.submit(update(1), at: start, into: &$0) }
    _ = effects { lane.submit(update(2), at: start, into: &$0) }
    #expect(
      effects { lane.submit(update(3), at: start, into: &$0) } == [
        Self.refused(3, ErrorReport(.overloaded))
      ])
    _ = Self.answered(&lane, yes)
    #expect(effects { lane.submit(update(4), at: start, into: &$0) } == [])
  }

  @Test func `with no place to wait the one under way is all there is`() {
    var lane = Self.lane(waitingCountMax: 0)
    #expect(effects { lane.submit(update(1), at: start, into: &$0) }.count == 1)
    #expect(
      effects { lane.submit(update(2), at: start, into: &$0) } == [
        Self.refused(2, ErrorReport(.overloaded))
      ])
  }

  @Test(arguments: [200, 201, 202, 299])
  func `an accepted update is announced before it is answered`(code: Int) {
    var lane = Self.lane()
    _ = effects { lane.submit(update(1), at: start, into: &$0) }
    let reply = UpstreamReply.answered(status: code, json: answer, message: nil)
    #expect(Self.answered(&lane, reply) == Self.updated(1, position(1)))
  }

  @Test func `seq counts accepted updates and nothing else`() {
    var lane = Self.lane()
    let steps: [(Write, [UpstreamReply], UInt64)] = [
      (update(1), [yes], 1),
      (update(2), [status(409)], 1),
      (update(3), [.failed(.timedOut(mayHaveBeenSent: true))], 1),
      (update(4), [status(204)], 1),
      (creation(5), [yes], 1),
      (creation(6), [status(404), yes], 1),
      (deletion(7), [status(204)], 1),
      (deletion(8), [status(404)], 1),
      (update(9), [yes], 2),
    ]
    for (write, replies, sequence) in steps {
      _ = effects { lane.submit(write, at: start, into: &$0) }
      for reply in replies { _ = Self.answered(&lane, reply) }
      #expect(lane.isIdle)
      #expect(lane.position == position(sequence))
    }
  }

  @Test func `a creation looks first, and announces the note that is there`() {
    var lane = Self.lane()
    #expect(
      effects { lane.submit(creation(1), at: start, into: &$0) } == [
        .request(.look, for: creation(1))
      ])
    #expect(
      Self.answered(&lane, yes) == [
        .announce(.created(answer, at: later, by: author(1))),
        .answer(writer(1), .created(answer, at: later)),
      ])
  }

  @Test func `a creation posts the note that is not there`() {
    var lane = Self.lane()
    _ = effects { lane.submit(creation(1), at: start, into: &$0) }
    #expect(
      Self.answered(&lane, status(404)) == [
        .request(.create(data: noteData), for: creation(1))
      ])
    #expect(!lane.isIdle)
    let reply = UpstreamReply.answered(status: 201, json: answer, message: nil)
    #expect(
      Self.answered(&lane, reply) == [
        .announce(.created(answer, at: later, by: author(1))),
        .answer(writer(1), .created(answer, at: later)),
      ])
    #expect(lane.isIdle)
  }

  private static let looks: [(UpstreamReply, ErrorReport)] = [
    (status(403), ErrorReport(.notFound)),
    (status(410), ErrorReport(.upstreamRejected, status: 410)),
    (status(500), ErrorReport(.upstreamUnavailable)),
    (status(503), ErrorReport(.upstreamUnavailable)),
    (status(200), ErrorReport(.upstreamUnavailable)),
    (status(204), ErrorReport(.upstreamUnavailable)),
    (status(302), ErrorReport(.upstreamUnavailable)),
    (.failed(.notConnected), ErrorReport(.upstreamUnavailable)),
    (.failed(.brokenAnswer), ErrorReport(.upstreamUnavailable)),
    (.failed(.answerTooLarge), ErrorReport(.upstreamUnavailable)),
    (.failed(.timedOut(mayHaveBeenSent: true)), ErrorReport(.upstreamTimeout)),
    (.failed(.queueFull), ErrorReport(.overloaded)),
  ]

  @Test(arguments: looks)
  func `a creation whose look has another answer ends there, and nothing was changed`(
    reply: UpstreamReply, report: ErrorReport
  ) {
    var lane = Self.lane()
    _ = effects { lane.submit(creation(1), at: start, into: &$0) }
    #expect(Self.answered(&lane, reply) == [Self.refused(1, report)])
    #expect(lane.isIdle)
  }

  @Test(arguments: [200, 202, 204])
  func `a deletion needs no body to be accepted`(code: Int) {
    var lane = Self.lane()
    #expect(
      effects { lane.submit(deletion(1), at: start, into: &$0) } == [
        .request(.delete, for: deletion(1))
      ])
    #expect(
      Self.answered(&lane, status(code)) == [
        .announce(.deleted(at: later, by: author(1))),
        .answer(writer(1), .deleted(at: later)),
      ])
  }

  @Test func `a note that was gone before is deleted for the user's own devices`() {
    var lane = Self.lane()
    _ = effects { lane.submit(deletion(1), at: start, into: &$0) }
    #expect(
      Self.answered(&lane, status(404)) == [
        .announce(.alreadyDeleted(at: later, by: author(1))),
        .answer(writer(1), .deleted(at: later)),
      ])
  }

  private static let refusals: [(UpstreamReply, ErrorReport)] = [
    (status(403), ErrorReport(.notFound)),
    (status(400), ErrorReport(.upstreamRejected, status: 400)),
    (
      .answered(status: 422, json: nil, message: "Title too long"),
      ErrorReport(.upstreamRejected, message: "Title too long", status: 422)
    ),
    (status(429), ErrorReport(.upstreamRejected, status: 429)),
    (status(499), ErrorReport(.upstreamRejected, status: 499)),
    (status(302), ErrorReport(.upstreamUnavailable)),
    (status(500), ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)),
    (status(501), ErrorReport(.upstreamUnavailable)),
    (status(502), ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)),
    (status(503), ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)),
    (status(504), ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)),
    (status(599), ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)),
    (.failed(.notConnected), ErrorReport(.upstreamUnavailable)),
    (.failed(.brokenAnswer), ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)),
    (.failed(.answerTooLarge), ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)),
    (
      .failed(.timedOut(mayHaveBeenSent: true)),
      ErrorReport(.upstreamTimeout, isOutcomeUnknown: true)
    ),
    (.failed(.timedOut(mayHaveBeenSent: false)), ErrorReport(.upstreamTimeout)),
    (.failed(.queueFull), ErrorReport(.overloaded)),
  ]

  @Test(arguments: refusals)
  func `a write that was not accepted is told to its writer only, and whether it is known`(
    reply: UpstreamReply, report: ErrorReport
  ) {
    for write in [update(1), deletion(1)] {
      var lane = Self.lane()
      _ = effects { lane.submit(write, at: start, into: &$0) }
      #expect(Self.answered(&lane, reply) == [Self.refused(1, report)])
    }
    var lane = Self.lane()
    _ = effects { lane.submit(creation(1), at: start, into: &$0) }
    _ = Self.answered(&lane, status(404))
    #expect(Self.answered(&lane, reply) == [Self.refused(1, report)])
    #expect(lane.isIdle)
  }

  @Test func `an update or a creation that is accepted without a note has an unknown outcome`() {
    let unknown = ErrorReport(.upstreamUnavailable, isOutcomeUnknown: true)
    var lane = Self.lane()
    _ = effects { lane.submit(update(1), at: start, into: &$0) }
    #expect(Self.answered(&lane, status(204)) == [Self.refused(1, unknown)])
    _ = effects { lane.submit(creation(2), at: start, into: &$0) }
    _ = Self.answered(&lane, status(404))
    #expect(Self.answered(&lane, status(201)) == [Self.refused(2, unknown)])
  }

  @Test func `an update or a second post of a note that is not there is not found`() {
    var lane = Self.lane()
    _ = effects { lane.submit(update(1), at: start, into: &$0) }
    #expect(Self.answered(&lane, status(404)) == [Self.refused(1, ErrorReport(.notFound))])
    _ = effects { lane.submit(creation(2), at: start, into: &$0) }
    _ = Self.answered(&lane, status(404))
    #expect(Self.answered(&lane, status(404)) == [Self.refused(2, ErrorReport(.notFound))])
  }
}
