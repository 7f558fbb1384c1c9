import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// A home of notes with its clock. Each note that begins a history gets the next epoch: 1, 2, …
private final class Household {
  var home: Home
  var clock = ManualClock()
  private var epochCount: UInt64 = 0

  init(idleCountMax: Int = 100) {
    home = Home(
      rules: Home.Rules(
        lanes: WriteLane.Rules(waitingCountMax: 2), accessLifetime: .seconds(30),
        idleLifetime: .seconds(300),
        idleCountMax: idleCountMax))
  }

  private func newEpoch() -> Epoch {
    epochCount += 1
    return Epoch(number: epochCount)
  }

  @discardableResult
  func submit(_ write: Write) -> [HomeEffect] {
    effects { home.submit(write, newEpoch: newEpoch(), at: clock.now, into: &$0) }
  }

  @discardableResult
  func answer(_ note: NoteID, _ reply: UpstreamReply) -> [HomeEffect] {
    answer(.note(note), reply)
  }

  @discardableResult
  func answer(_ resource: Resource, _ reply: UpstreamReply) -> [HomeEffect] {
    effects {
      home.writeAnswered(reply, of: resource, at: clock.now, wallNow: later, into: &$0)
    }
  }

  func renew(_ resource: Resource) -> [HomeEffect] {
    effects {
      home.renewed(
        resource, by: .numbered(1), renewed, tokenNumber: 2, at: clock.now, into: &$0)
    }
  }

  func withdraw(_ resource: Resource) -> [HomeEffect] {
    effects { home.withdrawn(resource, by: .numbered(1), at: clock.now, into: &$0) }
  }

  @discardableResult
  func join(_ request: JoinRequest) -> [HomeEffect] {
    effects { home.join(request, newEpoch: newEpoch(), at: clock.now, into: &$0) }
  }

  @discardableResult
  func check(_ request: JoinRequest, _ reply: UpstreamReply) -> [HomeEffect] {
    effects { home.checkAnswered(reply, to: request, at: clock.now, into: &$0) }
  }

  func empty(_ note: NoteID, worker: UInt16 = 0, grantCount: Int = 1) {
    _ = effects {
      home.emptied(note, on: worker, grantCount: grantCount, at: clock.now, into: &$0)
    }
  }

  func pass(_ duration: Duration) {
    clock.advance(by: duration)
    home.forgetIdle(at: clock.now)
  }

  /// Writes to a note, and says where it then stands.
  func write(_ note: NoteID) -> NotePosition? {
    submit(update(1, note))
    for case .answerWriter(_, .updated(_, _, let position)) in answer(note, yes) {
      return position
    }
    return nil
  }
}

struct HomeTests {
  private let household = Household()

  @Test func `rules that change count for notes that are there`() {
    household.submit(update(1, red))
    for number in UInt64(2)...3 { household.submit(update(number, red)) }
    household.home.rulesChanged(Home.Rules(lanes: WriteLane.Rules(waitingCountMax: 3)))
    #expect(household.submit(update(4, red)) == [])
    #expect(household.submit(update(5, red)).count == 1)
    household.home.rulesChanged(Home.Rules(lanes: WriteLane.Rules(waitingCountMax: 0)))
    #expect(household.home.waitingWriteCount == 3)
    #expect(household.submit(update(6, red)).count == 1)
  }

  private func at(_ epoch: UInt64, _ sequence: UInt64) -> NotePosition {
    NotePosition(epoch: Epoch(number: epoch), sequence: sequence)
  }

  @Test func `an accepted write is announced to the room's workers before its answer`() {
    for (number, worker) in [(1, 3), (2, 5)] as [(UInt64, UInt16)] {
      let request = joining(red, ada, worker: worker, number)
      household.join(request)
      household.check(request, yes)
    }
    #expect(household.submit(update(7)) == [.request(.update(changes: changes), for: update(7))])
    #expect(
      household.answer(red, yes) == [
        .announce(
          .updated(
            changes: changes, to: answer, at: later, at(1, 1), by: author(7)),
          of: .note(red), roomWorkers: [3, 5]),
        .answerWriter(writer(7), .updated(answer, at: later, at(1, 1))),
      ])
  }

  @Test func `a deletion is announced, answered, and then refuses who asks to join`() {
    let request = joining(red, bob, 9)
    household.submit(deletion(1))
    household.submit(update(2))
    household.join(request)
    #expect(
      household.answer(red, status(204)) == [
        .announce(.deleted(at: later, by: author(1)), of: .note(red), roomWorkers: []),
        .answerWriter(writer(1), .deleted(at: later)),
        .request(.update(changes: changes), for: update(2)),
        .answerJoiner(request, .refused(ErrorReport(.notFound))),
      ])
    #expect(household.check(request, yes) == [])
  }

  @Test func `a deletion of a note that was gone refuses nobody`() {
    let request = joining(red, bob, 9)
    household.submit(deletion(1))
    household.join(request)
    household.answer(red, status(404))
    #expect(
      household.check(request, yes) == [.answerJoiner(request, .admitted(at(1, 0)))])
  }

  @Test func `who joins stands behind all that was accepted before`() {
    #expect(household.write(red) == at(1, 1))
    household.join(joining())
    #expect(
      household.check(joining(), yes) == [.answerJoiner(joining(), .admitted(at(1, 1)))])
  }

  @Test func `notes have lanes of their own, and as many are busy as have work`() {
    #expect(household.home.busyLaneCount == 0)
    household.submit(update(1, red))
    household.submit(update(2, blue))
    household.submit(update(3, red))
    #expect(household.home.busyLaneCount == 2)
    household.answer(red, yes)
    #expect(household.home.busyLaneCount == 2)
    household.answer(red, status(500))
    household.answer(blue, yes)
    #expect(household.home.busyLaneCount == 0)
  }

  @Test func `an idle note keeps its epoch for its lifetime and then begins a new one`() {
    #expect(household.write(red) == at(1, 1))
    household.pass(.seconds(299))
    #expect(household.write(red) == at(1, 2))
    household.pass(.seconds(299))
    #expect(household.write(red) == at(1, 3))
    household.pass(.seconds(300))
    #expect(household.home.count == 0)
    #expect(household.write(red) == at(4, 1))
  }

  @Test func `a note with work is not forgotten, however long it takes`() {
    household.submit(update(1))
    household.pass(.seconds(10_000))
    #expect(household.home.count == 1)
    #expect(household.answer(red, yes).count == 2)
  }

  @Test func `a note with readers is not forgotten, and rests when they have gone`() {
    #expect(household.write(red) == at(1, 1))
    household.join(joining())
    household.pass(.seconds(10_000))
    household.check(joining(), yes)
    household.pass(.seconds(10_000))
    #expect(household.home.count == 1)
    household.empty(red)
    household.pass(.seconds(299))
    #expect(household.home.count == 1)
    household.pass(.seconds(1))
    #expect(household.home.count == 0)
  }

  @Test func `answers to what a forgotten note had asked do nothing`() {
    household.join(joining())
    household.submit(deletion(2))
    household.answer(red, status(204))
    household.pass(.seconds(300))
    #expect(household.home.count == 0)
    #expect(household.check(joining(), yes) == [])
    household.empty(red)
    #expect(household.home.count == 0)
  }

  @Test func `a folder is another thing than the note of its name, and has no room`() {
    let boxNote = Resource.note(.named("box"))
    for (number, resource) in [(1, box), (2, boxNote)] as [(UInt64, Resource)] {
      let write = Write(.update(changes: changes), of: resource, by: writer(number))
      #expect(household.submit(write) == [.request(.update(changes: changes), for: write)])
    }
    #expect(household.home.busyLaneCount == 2)
    #expect(
      household.answer(box, yes) == [
        .announce(
          .updated(changes: changes, to: answer, at: later, at(1, 1), by: author(1)),
          of: box, roomWorkers: []),
        .answerWriter(writer(1), .updated(answer, at: later, at(1, 1))),
      ])
    #expect(household.home.busyLaneCount == 1)
  }

  @Test func `a writer is asked for another token by the name of what it wrote to`() {
    household.submit(update(1))
    #expect(
      household.answer(red, status(401)) == [.aside(writer(1), of: .note(red), isRefused: true)])
    #expect(household.home.busyLaneCount == 0)
    #expect(household.renew(.note(blue)) == [])
    #expect(household.renew(.note(red)).count == 1)
    #expect(household.home.busyLaneCount == 1)
  }

  @Test func `a note whose writes wait for a token is not forgotten, and rests afterwards`() {
    household.submit(update(1))
    household.answer(red, status(401))
    household.pass(.seconds(10_000))
    #expect(household.home.count == 1)
    #expect(household.withdraw(.note(red)) == [])
    household.pass(.seconds(299))
    #expect(household.home.count == 1)
    household.pass(.seconds(1))
    #expect(household.home.count == 0)
    #expect(household.renew(.note(red)) == [])
    #expect(household.withdraw(.note(red)) == [])
    #expect(household.home.count == 0)
  }

  @Test func `beyond the bound the note idle longest is forgotten`() {
    let household = Household(idleCountMax: 2)
    _ = household.write(red)
    household.pass(.seconds(1))
    _ = household.write(blue)
    household.pass(.seconds(1))
    #expect(household.write(red) == at(1, 2))
    _ = household.write(green)
    #expect(household.home.count == 2)
    // Blue was idle longest: red has had work since.
    #expect(household.write(red) == at(1, 3))
    #expect(household.write(blue)?.epoch != Epoch(number: 2))
  }

  @Test func `notes with work or readers take no place among the idle ones`() {
    let household = Household(idleCountMax: 2)
    for note in [red, blue] { _ = household.write(note) }
    household.submit(update(9, blue))
    _ = household.write(green)
    #expect(household.home.count == 3)
    household.answer(blue, yes)
    #expect(household.home.count == 2)
  }

  @Test func `a bound of no idle notes forgets each at once`() {
    let household = Household(idleCountMax: 0)
    #expect(household.write(red) == at(1, 1))
    #expect(household.home.count == 0)
    #expect(household.write(red) == at(2, 1))
  }

  @Test(arguments: UInt64(1)...10)
  func `the idle notes that are kept are those of a plain list`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let household = Household(idleCountMax: 4)
    let names = (0..<10).map { NoteID.named("n\($0)") }
    var idleSince: [NoteID: MonotonicTime] = [:]
    var busy: Set<NoteID> = []
    for step in 0..<400 {
      household.pass(.seconds(Int.random(in: 1..<40, using: &random)))
      let now = household.clock.now
      idleSince = idleSince.filter { now - $0.value < .seconds(300) }
      let note = names.randomElement(using: &random) ?? red
      if busy.remove(note) != nil {
        household.answer(note, yes)
        idleSince[note] = now
      } else {
        household.submit(update(UInt64(step), note))
        idleSince[note] = nil
        busy.insert(note)
      }
      while idleSince.count > 4, let oldest = idleSince.min(by: { $0.value < $1.value }) {
        idleSince[oldest.key] = nil
      }
      #expect(
        household.home.count == busy.count + idleSince.count, "seed \(seed), step \(step)")
    }
  }
}
