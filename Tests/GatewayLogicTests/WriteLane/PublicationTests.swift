import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// Events that the API publishes by itself, in their lane.
struct PublicationTests {
  private static let system = Author(user: bob, connection: nil, devicesOf: ada)

  private static func publication(
    _ index: Int = 0, _ content: PublishedEvent.Content = .updated(changes: changes, to: answer),
    of resource: Resource = .note(red)
  ) -> Publication {
    Publication(
      PublishedEvent(content, of: resource, from: bob, devicesOf: ada),
      ticket: PublishTicket(request: 1, index: index), at: start, wallNow: later)
  }

  private static func lane(waitingCountMax: Int = 8) -> WriteLane {
    WriteLane(rules: WriteLane.Rules(waitingCountMax: waitingCountMax), position: position(0))
  }

  private static func announced(
    _ publication: Publication, at time: WallTime = later, _ position: NotePosition
  ) -> [WriteLaneEffect] {
    [
      .announce(.updated(changes: changes, to: answer, at: time, position, by: system)),
      .published(publication, position),
    ]
  }

  private static func publish(
    _ publication: Publication, in lane: inout WriteLane
  ) -> [WriteLaneEffect] {
    effects { lane.publish(publication, at: start, into: &$0) }
  }

  private static func answered(
    _ lane: inout WriteLane, _ reply: UpstreamReply, after wait: Duration = .zero
  ) -> [WriteLaneEffect] {
    effects { lane.upstreamAnswered(reply, at: start + wait, wallNow: later + wait, into: &$0) }
  }

  @Test func `where nothing is under way it is announced at once and counts as an update`() {
    var lane = Self.lane()
    for number in 1...2 {
      let publication = Self.publication(number)
      #expect(
        Self.publish(publication, in: &lane)
          == Self.announced(publication, position(UInt64(number))))
    }
    #expect(lane.isIdle)
  }

  @Test func `it waits behind the writes that are on their way, and has the time of its turn`() {
    var lane = Self.lane()
    _ = effects { lane.submit(update(1), at: start, into: &$0) }
    _ = effects { lane.submit(update(2), at: start, into: &$0) }
    let publication = Self.publication()
    #expect(Self.publish(publication, in: &lane) == [])
    _ = effects { lane.submit(update(3), at: start, into: &$0) }
    _ = Self.answered(&lane, yes)
    let effects = Self.answered(&lane, yes, after: .milliseconds(700))
    #expect(
      Array(effects.suffix(3))
        == Self.announced(publication, at: later + .milliseconds(700), position(3))
        + [.request(.update(changes: changes), for: update(3))])
  }

  @Test func `several in a row are all announced when their turn comes`() {
    var lane = Self.lane()
    _ = effects { lane.submit(update(1), at: start, into: &$0) }
    let publications = (0..<3).map { Self.publication($0) }
    for publication in publications { #expect(Self.publish(publication, in: &lane) == []) }
    let effects = Self.answered(&lane, status(500)).dropFirst()
    #expect(
      Array(effects)
        == publications.enumerated().flatMap {
          Self.announced($0.element, position(UInt64($0.offset) + 1))
        })
    #expect(lane.isIdle)
  }

  @Test func `it is taken where no write may wait, and keeps no write out`() {
    var lane = Self.lane(waitingCountMax: 1)
    _ = effects { lane.submit(update(1), at: start, into: &$0) }
    for number in 0..<5 { #expect(Self.publish(Self.publication(number), in: &lane) == []) }
    #expect(lane.waitingCount == 0)
    #expect(effects { lane.submit(update(2), at: start, into: &$0) } == [])
    #expect(
      effects { lane.submit(update(3), at: start, into: &$0) } == [
        .answer(writer(3), .refused(ErrorReport(.overloaded)))
      ])
  }

  @Test func `creations and deletions are announced and leave the count of updates alone`() {
    var lane = Self.lane()
    let created = Self.publication(0, .created(noteData))
    #expect(
      Self.publish(created, in: &lane) == [
        .announce(.created(noteData, at: later, by: Self.system)),
        .published(created, position(0)),
      ])
    let deleted = Self.publication(1, .deleted)
    #expect(
      Self.publish(deleted, in: &lane) == [
        .announce(.deleted(at: later, by: Self.system)), .published(deleted, position(0)),
      ])
  }

  @Test func `the same changes are a change again once something was published`() {
    let bench = ProxiedBench()
    bench.write(proxied(1))
    #expect(bench.submit(update(2)).first?.isAnswer == true)
    bench.write(proxied(3))
    _ = effects { bench.lane.publish(Self.publication(), at: bench.clock.now, into: &$0) }
    #expect(bench.submit(update(4)) == [.request(.update(changes: changes), for: update(4))])
  }

  @Test func `what is for a user's devices goes to those that the API names`() {
    let folder = Announcement.created(noteData, at: later, by: Self.system)
    for (announcement, resource, audience) in [
      (folder, box, Audience.user(ada)),
      (.created(noteData, at: later, by: Self.system), .note(red), .user(ada)),
      (.deleted(at: later, by: Self.system), .note(red), .userAndDissolvedRoom(ada, red)),
    ] {
      #expect(Sync(announcement, of: resource, to: .room).audience == audience)
    }
    #expect(
      Sync(folder, of: box, to: .room).message
        == .folderCreatedSync(folderData: noteData, at: later, from: bob))
  }

  @Test func `a note that was published as deleted has no room any more`() {
    var home = Home(rules: Home.Rules())
    let wanted = JoinRequest(
      note: red, user: ada, token: token, connection: .numbered(1), operation: operation(1))
    _ = effects { home.join(wanted, newEpoch: epoch, at: start, into: &$0) }
    let deleted = Self.publication(0, .deleted)
    let happened = effects {
      home.receive(
        .published(deleted), newEpoch: epoch, at: start, wallNow: later, into: &$0)
    }
    #expect(happened.contains(.published(deleted, position(0))))
    #expect(happened.contains(.answerJoiner(wanted, .refused(ErrorReport(.notFound)))))
  }
}

extension WriteLaneEffect {
  fileprivate var isAnswer: Bool {
    if case .answer = self { true } else { false }
  }
}
