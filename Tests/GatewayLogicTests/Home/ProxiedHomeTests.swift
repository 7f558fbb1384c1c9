import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

@Suite("A home whose notes are written by REST")
struct ProxiedHomeTests {
  private final class Household {
    var home: Home
    var clock = ManualClock()

    init(recentSizeMax: Int = 1 << 20) {
      home = Home(
        rules: Home.Rules(
          lanes: WriteLane.Rules(waitingCountMax: 1), recentSizeMax: recentSizeMax))
    }

    @discardableResult
    func submit(_ write: ProxiedWrite) -> [HomeEffect] {
      effects { home.submit(write, newEpoch: epoch, at: clock.now, into: &$0) }
    }

    @discardableResult
    func submit(_ write: Write) -> [HomeEffect] {
      effects { home.submit(write, newEpoch: epoch, at: clock.now, into: &$0) }
    }

    @discardableResult
    func end(_ write: ProxiedWrite, _ outcome: ProxiedOutcome = accepted) -> [HomeEffect] {
      effects {
        home.proxiedEnded(write, outcome, at: clock.now, wallNow: later, into: &$0)
      }
    }
  }

  private let household = Household()

  @Test func `calls its client's worker, counts it as work and announces it`() {
    #expect(household.submit(proxied(1)) == [.go(proxied(1))])
    #expect(household.home.busyLaneCount == 1)
    #expect(
      household.end(proxied(1)) == [
        .announce(
          .updated(changes: changes, to: answer, at: later, position(1), by: nobody),
          of: .note(red), roomWorkers: [])
      ])
    #expect(household.home.busyLaneCount == 0)
  }

  @Test func `passes on what its lanes want, and what they are told`() {
    household.submit(proxied(1))
    household.submit(proxied(2))
    #expect(household.submit(proxied(3)) == [.refuse(proxied(3))])
    _ = effects { household.home.proxiedWithdrawn(proxied(2), at: start, into: &$0) }
    #expect(
      household.end(proxied(1), .acceptedUnseen(changes: noteData)) == [.look(for: proxied(1))])
    household.submit(update(4))
    let looked = effects {
      household.home.writeAnswered(
        yes, of: .note(red), at: start, wallNow: later, into: &$0)
    }
    #expect(looked.last == .compare(proxied: noteData, said: changes, of: .note(red)))
    let compared = effects {
      household.home.compared(.note(red), isSame: true, at: start, into: &$0)
    }
    #expect(compared == [.answerWriter(writer(4), .updated(answer, at: later, position(1)))])
  }

  @Test func `refuses who asks to join a note that a proxied request deletes`() {
    let request = joining(red, bob, 9)
    _ = effects { household.home.join(request, newEpoch: epoch, at: start, into: &$0) }
    household.submit(proxied(1, .delete))
    #expect(
      household.end(proxied(1, .delete)) == [
        .announce(.deleted(at: later, by: nobody), of: .note(red), roomWorkers: []),
        .answerJoiner(request, .refused(ErrorReport(.notFound))),
      ])
  }

  @Test func `announces creations of notes that it does not know`() {
    let created = effects {
      household.home.proxiedDone(
        proxied(1, .create), accepted, newEpoch: epoch, at: start, wallNow: later, into: &$0)
    }
    #expect(
      created == [
        .announce(.created(answer, at: later, by: nobody), of: .note(red), roomWorkers: [])
      ])
    #expect(household.home.count == 1)
  }

  @Test func `keeps what may be said twice within a bound, the newest of it`() {
    let household = Household(recentSizeMax: 2 * (changes.bytes.count + answer.bytes.count))
    for (index, note) in [red, blue, green].enumerated() {
      household.clock.advance(by: .milliseconds(1))
      let write = proxied(UInt64(index), of: .note(note))
      household.submit(write)
      household.end(write)
    }
    #expect(
      household.submit(update(9, red)).first
        == .request(.update(changes: changes), for: update(9, red)))
    for note in [blue, green] {
      guard case .answerWriter = household.submit(update(9, note)).first else {
        Issue.record("what was said by REST was forgotten")
        return
      }
    }
  }

  @Test func `keeps it no longer than it counts, and as long when it is renewed`() {
    let folder = Write(.update(changes: changes), of: box, by: writer(9))
    for seconds in [0, 50] {
      household.clock.advance(by: .seconds(seconds))
      household.submit(proxied(1, of: box))
      household.end(proxied(1, of: box))
    }
    household.clock.advance(by: .seconds(50))
    household.home.forgetIdle(at: household.clock.now)
    guard case .answerWriter = household.submit(folder).first else {
      Issue.record("what was said by REST was forgotten")
      return
    }
  }
}
