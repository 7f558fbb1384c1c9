import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROXY.md, "Writes that sync".
@Suite("A write by REST")
struct ProxiedWriteTests {
  private let bench = ProxiedBench()

  private func updated(
    _ sequence: UInt64, changes: JSONText = changes, to result: JSONText = answer,
    by author: Author = nobody
  ) -> WriteLaneEffect {
    .announce(.updated(changes: changes, to: result, at: later, position(sequence), by: author))
  }

  @Test func `waits its turn among the writes by WebSocket, and they for it`() {
    #expect(bench.submit(update(1)).count == 1)
    #expect(bench.submit(proxied(2)) == [])
    #expect(bench.submit(update(3)) == [])
    #expect(bench.submit(proxied(4)) == [])
    #expect(bench.answered(yes).last == .go(proxied(2)))
    #expect(bench.lane.waitingCount == 2)
    let other = ProxiedOutcome.accepted(changes: noteData, answer: answer)
    #expect(
      bench.end(proxied(2), other) == [
        updated(2, changes: noteData), .compare(proxied: noteData, said: changes),
      ])
    #expect(bench.compared(false) == [.request(.update(changes: changes), for: update(3))])
    #expect(bench.answered(yes).last == .go(proxied(4)))
    #expect(bench.end(proxied(4)) == [updated(4)])
    #expect(bench.lane.isEmpty)
  }

  @Test func `is heard by all but the connection that its caller names`() {
    let named = ConnectionID.numbered(9)
    let write = proxied(1, exception: named)
    #expect(bench.write(write) == [updated(1, by: Author(user: ada, connection: named))])
  }

  static let outcomes: [(ProxiedWrite.Kind, ProxiedOutcome)] = [
    (.update, .notAccepted), (.delete, .notAccepted),
    (.update, .accepted(changes: changes, answer: nil)),
  ]

  @Test(arguments: outcomes)
  func `is heard by nobody where it was refused, and an update without JSON`(
    kind: ProxiedWrite.Kind, outcome: ProxiedOutcome
  ) {
    bench.submit(proxied(1, kind))
    bench.submit(proxied(2))
    #expect(bench.end(proxied(1, kind), outcome) == [.go(proxied(2))])
    #expect(bench.lane.position == position(0))
  }

  static let deletions: [ProxiedOutcome] = [
    .accepted(changes: changes, answer: nil), accepted, .acceptedUnseen(changes: nil),
  ]

  @Test(arguments: deletions)
  func `that deletes is heard of whatever the answer's body`(outcome: ProxiedOutcome) {
    #expect(
      bench.write(proxied(1, .delete), outcome) == [
        .announce(.deleted(at: later, by: nobody))
      ])
    #expect(bench.lane.isEmpty)
  }

  @Test func `whose body or answer was too large is heard of as the API has it`() {
    let rows: [(JSONText?, JSONText)] = [(nil, .of("{}")), (changes, changes)]
    for (index, (kept, heard)) in rows.enumerated() {
      let number = UInt64(index + 1)
      #expect(
        bench.write(proxied(number), .acceptedUnseen(changes: kept)) == [
          .look(for: proxied(number))
        ])
      #expect(bench.submit(update(9)) == [])
      let effects = bench.answered(yes)
      #expect(effects.first == updated(bench.lane.position.sequence, changes: heard))
      if kept == nil {
        #expect(effects.last == .compare(proxied: .of("{}"), said: changes))
        _ = bench.compared(false)
        bench.answered(status(500))
      }
    }
  }

  @Test(arguments: [status(404), status(401), status(500), status(200), .failed(.brokenAnswer)])
  func `is heard by nobody where the API then has nothing to show`(reply: UpstreamReply) {
    bench.write(proxied(1), .acceptedUnseen(changes: changes))
    #expect(bench.answered(reply) == [])
    #expect(bench.lane.isEmpty)
    #expect(bench.lane.position == position(0))
  }

  @Test func `is refused when too many wait`() {
    let bench = ProxiedBench(waitingCountMax: 1)
    bench.submit(proxied(1))
    #expect(bench.submit(proxied(2)) == [])
    #expect(bench.submit(proxied(3)) == [.refuse(proxied(3))])
    #expect(
      bench.submit(update(4)) == [.answer(writer(4), .refused(ErrorReport(.overloaded)))])
  }

  @Test func `gives its place away when its client goes`() {
    bench.submit(proxied(1))
    bench.submit(proxied(2))
    bench.submit(proxied(3))
    #expect(bench.withdraw(proxied(2)) == [])
    // Its worker had not heard yet that it is to go, and says nothing more of it.
    #expect(bench.withdraw(proxied(1)) == [.go(proxied(3))])
    #expect(bench.withdraw(proxied(1)) == [])
    #expect(bench.withdraw(proxied(3)) == [])
    #expect(bench.lane.isEmpty)
  }

  @Test func `waits for no token of others`() {
    bench.submit(update(1))
    bench.submit(proxied(2))
    bench.submit(update(3))
    #expect(bench.answered(status(401)).last == .go(proxied(2)))
    #expect(effects { bench.lane.expired(.numbered(1), tokenNumber: 1, into: &$0) } == [])
    #expect(bench.end(proxied(2), .notAccepted) == [])
    #expect(bench.lane.isIdle && !bench.lane.isEmpty)
  }

  @Test func `that creates is heard of when it is done, whatever is under way`() {
    bench.submit(update(1))
    #expect(
      bench.create(proxied(2, .create)) == [
        .announce(.created(answer, at: later, by: nobody))
      ])
    #expect(!bench.lane.isIdle)
  }

  @Test func `that creates with an answer too large is heard of as the API has it`() {
    bench.submit(update(1))
    #expect(bench.create(proxied(2, .create), as: nil) == [])
    #expect(bench.answered(status(500)).last == .look(for: proxied(2, .create)))
    #expect(bench.answered(yes) == [.announce(.created(answer, at: later, by: nobody))])
    #expect(bench.lane.isEmpty)
  }

  @Test func `that had to give its turn back is heard of as the API has it, in its turn`() {
    bench.submit(proxied(1))
    bench.submit(update(2))
    #expect(bench.end(proxied(1), .notAccepted).count == 1)
    let done = effects {
      bench.lane.proxiedDone(proxied(1), accepted, at: start, wallNow: later, into: &$0)
    }
    #expect(done == [])
    #expect(bench.answered(yes).last == .look(for: proxied(1)))
    #expect(bench.answered(yes) == [updated(2)])
  }

  static let late: [(ProxiedWrite.Kind, ProxiedOutcome, [WriteLaneEffect])] = [
    (.update, .notAccepted, []), (.update, .accepted(changes: changes, answer: nil), []),
    (.update, .acceptedUnseen(changes: nil), [.look(for: proxied(1))]),
    (.delete, .notAccepted, []),
    (.delete, .acceptedUnseen(changes: nil), [.announce(.deleted(at: later, by: nobody))]),
    (.create, .notAccepted, []), (.create, .accepted(changes: changes, answer: nil), []),
  ]

  @Test(arguments: late)
  func `that ends without a turn is heard of if it was accepted`(
    kind: ProxiedWrite.Kind, outcome: ProxiedOutcome, expected: [WriteLaneEffect]
  ) {
    let done = effects {
      bench.lane.proxiedDone(proxied(1, kind), outcome, at: start, wallNow: later, into: &$0)
    }
    #expect(done == expected)
  }
}
