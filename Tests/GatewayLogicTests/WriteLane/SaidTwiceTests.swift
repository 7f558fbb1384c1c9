import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROXY.md, "Said twice, done once".
@Suite("What was written by REST and is said again")
struct SaidTwiceTests {
  private let bench = ProxiedBench()
  private let otherChanges = JSONText.of(#"{"title":"y"}"#)
  private let folderChanges = Write(.update(changes: changes), of: box, by: writer(9))
  private let folderRefresh = Write(.refresh(changes: .of("{}")), of: box, by: writer(9))

  private func done(_ number: UInt64, _ sequence: UInt64) -> [WriteLaneEffect] {
    [.answer(writer(number), .updated(answer, at: later, position(sequence)))]
  }

  private func sent(_ write: Write) -> [WriteLaneEffect] {
    [.request(.update(changes: changes), for: write)]
  }

  private func write(_ kind: ProxiedWrite.Kind = .update, _ resource: Resource = .note(red)) {
    bench.write(proxied(1, kind, of: resource))
  }

  // MARK: Updates of notes

  @Test func `an update is answered with what came of it, and done no second time`() {
    write()
    #expect(bench.submit(update(1)) == done(1, 1))
    #expect(bench.lane.isEmpty)
    #expect(bench.submit(update(2)) == sent(update(2)))
  }

  @Test func `an update that waited for it is the next one`() {
    bench.submit(proxied(1))
    bench.submit(update(2))
    bench.submit(update(3))
    #expect(bench.end(proxied(1)).dropFirst() == ArraySlice(done(2, 1) + sent(update(3))))
  }

  @Test(arguments: [true, false])
  func `changes that are written in another way are compared as values`(isSame: Bool) {
    bench.write(proxied(1), .accepted(changes: otherChanges, answer: answer))
    #expect(
      bench.submit(update(2)) == [.compare(proxied: otherChanges, said: changes)])
    #expect(bench.submit(deletion(3)) == [])
    #expect(!bench.lane.isIdle)
    let then: [WriteLaneEffect] = isSame ? done(2, 1) : sent(update(2))
    let next: [WriteLaneEffect] = isSame ? [.request(.delete, for: deletion(3))] : []
    #expect(bench.compared(isSame) == then + next)
  }

  @Test func `an update counts for ten seconds`() {
    write()
    bench.clock.advance(by: .seconds(10))
    #expect(bench.submit(update(2)) == done(2, 1))
    write()
    bench.clock.advance(by: .milliseconds(10_001))
    #expect(bench.submit(update(3)) == sent(update(3)))
  }

  @Test func `the update of another user is another one`() {
    write()
    #expect(bench.submit(update(2, of: bob)) == sent(update(2, of: bob)))
    // And it is the next write.
    bench.answered(status(500))
    #expect(bench.submit(update(3)) == sent(update(3)))
  }

  @Test func `only the next write in the lane is one that may have been said`() {
    write()
    bench.write(proxied(2), .notAccepted)
    #expect(bench.submit(update(3)) == sent(update(3)))
  }

  @Test func `an update that nobody heard of has not been said`() {
    for outcome in [ProxiedOutcome.notAccepted, .accepted(changes: changes, answer: nil)] {
      let bench = ProxiedBench()
      bench.write(proxied(1), outcome)
      #expect(bench.submit(update(2)) == sent(update(2)))
    }
  }

  // MARK: Creations and deletions

  @Test func `a creation is answered with what the API has`() {
    bench.create(proxied(1, .create))
    #expect(bench.submit(creation(2)) == [.request(.look, for: creation(2))])
    #expect(bench.answered(yes) == [.answer(writer(2), .created(answer, at: later))])
  }

  @Test func `a creation of what has gone meanwhile creates nothing`() {
    bench.create(proxied(1, .create))
    bench.submit(creation(2))
    #expect(
      bench.answered(status(404)) == [.answer(writer(2), .refused(ErrorReport(.notFound)))])
  }

  @Test func `a creation whose token the API does not take waits for another one`() {
    bench.create(proxied(1, .create))
    bench.submit(creation(2))
    #expect(bench.answered(status(401)) == [.aside(writer(2), isRefused: true)])
    let effects = effects {
      bench.lane.renewed(
        .numbered(1), renewed, tokenNumber: 2, at: bench.clock.now, into: &$0)
    }
    #expect(effects.count == 1)
    #expect(bench.answered(yes).count == 1)
  }

  @Test func `a deletion is answered at once`() {
    write(.delete)
    #expect(bench.submit(deletion(2)) == [.answer(writer(2), .deleted(at: later))])
    #expect(bench.submit(deletion(3)) == [.answer(writer(3), .deleted(at: later))])
  }

  @Test func `creations and deletions count for a minute, whatever is updated meanwhile`() {
    for isOver in [false, true] {
      let bench = ProxiedBench()
      bench.create(proxied(1, .create))
      bench.write(proxied(2))
      bench.clock.advance(by: isOver ? .milliseconds(60_001) : .seconds(60))
      bench.submit(creation(3))
      #expect(bench.answered(yes).count == (isOver ? 2 : 1))
      bench.write(proxied(4, .delete))
      bench.clock.advance(by: isOver ? .milliseconds(60_001) : .seconds(60))
      let isDone = bench.submit(deletion(5)) == [.answer(writer(5), .deleted(at: later))]
      #expect(isDone == !isOver)
    }
  }

  @Test func `what undoes a creation or deletion is not undone by its name`() {
    bench.create(proxied(1, .create))
    bench.write(proxied(2, .delete))
    bench.submit(creation(3))
    #expect(
      bench.answered(status(404)).first == .request(.create(data: noteData), for: creation(3)))
    bench.answered(yes)
    #expect(bench.submit(deletion(4)) == [.request(.delete, for: deletion(4))])
  }

  @Test func `the creation or deletion of another user is another one`() {
    bench.create(proxied(1, .create, by: bob))
    bench.submit(creation(2))
    #expect(bench.answered(yes).count == 2)
    bench.write(proxied(3, .delete, by: bob))
    #expect(bench.submit(deletion(4)) == [.request(.delete, for: deletion(4))])
  }

  // MARK: Folders

  @Test func `an update of a folder counts for a minute`() {
    write(.update, box)
    bench.clock.advance(by: .seconds(60))
    #expect(bench.submit(folderChanges) == done(9, 1))
    write(.update, box)
    bench.clock.advance(by: .milliseconds(60_001))
    #expect(bench.submit(folderChanges) == sent(folderChanges))
  }

  @Test func `an update of a folder without changes of its own is the one before`() {
    write(.update, box)
    #expect(bench.submit(folderRefresh) == done(9, 1))
    #expect(bench.submit(folderRefresh) == [.request(.look, for: folderRefresh)])
  }

  @Test func `other changes of a folder are another write, which is not lost`() {
    bench.write(
      proxied(1, of: box), .accepted(changes: otherChanges, answer: answer))
    #expect(
      bench.submit(folderChanges) == [.compare(proxied: otherChanges, said: changes)])
    #expect(bench.compared(false) == sent(folderChanges))
  }
}
