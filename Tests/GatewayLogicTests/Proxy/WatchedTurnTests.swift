import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROXY.md, "Writes that sync": what a lane is told of a request that is passed on.
struct WatchedTurnTests {
  private static let longest = Duration.seconds(3)

  private static func called(_ write: ProxiedWrite? = proxied(1)) -> WatchedTurn {
    var turn = WatchedTurn(write)
    turn.go(at: start)
    return turn
  }

  @Test(arguments: [
    (status: 199, verdict: WatchedTurn.Verdict?.some(.notAccepted)), (200, nil), (299, nil),
    (300, .notAccepted), (404, .notAccepted), (503, .notAccepted),
  ])
  func `what is no yes is sure with the head of the answer`(
    status: Int, verdict: WatchedTurn.Verdict?
  ) {
    var turn = Self.called()
    #expect(turn.answered(status: status) == verdict)
  }

  @Test func `a yes is sure at the end of the answer`() {
    var turn = Self.called()
    _ = turn.answered(status: 200)
    #expect(turn.ended(.whole) == .accepted)
    #expect(turn.ended(.failed) == .acceptedUnseen)
    #expect(turn.ended(.abandoned) == .acceptedUnseen)
    #expect(turn.passedReach() == .acceptedUnseen)
  }

  @Test func `a yes to a deletion is sure with the head`() {
    var deletion = Self.called(proxied(1, .delete))
    #expect(deletion.answered(status: 204) == .acceptedUnseen)
  }

  @Test func `what ends without an answer was not accepted`() {
    for end in [WatchedTurn.End.whole, .failed, .abandoned] {
      #expect(Self.called().ended(end) == .notAccepted)
    }
  }

  @Test func `the lane is told once`() {
    var turn = Self.called()
    #expect(turn.awaitsOutcome)
    #expect(turn.tell(accepted, creation: nil) == .proxiedEnded(proxied(1), accepted))
    #expect(!turn.awaitsOutcome)
    #expect(turn.tell(accepted, creation: nil) == nil)
    #expect(turn.answered(status: 500) == nil)
    #expect(turn.passedReach() == nil)
    #expect(turn.ended(.whole) == nil)
  }

  @Test func `one whose client goes while it waits is withdrawn`() {
    var turn = WatchedTurn(proxied(1))
    #expect(turn.tell(.notAccepted, creation: nil) == .proxiedWithdrawn(proxied(1)))
  }

  @Test func `one that was refused has nothing to tell`() {
    var turn = WatchedTurn(proxied(1))
    turn.refused()
    #expect(turn.ended(.abandoned) == nil)
    #expect(turn.tell(.notAccepted, creation: nil) == nil)
  }

  @Test func `a creation is told of when it is done and has a name`() {
    let creation = proxied(1, .create)
    for (outcome, told) in [
      (accepted, true), (.acceptedUnseen(changes: nil), true),
      (.notAccepted, false), (.accepted(changes: changes, answer: nil), false),
    ] {
      var turn = Self.called(nil)
      let message = HomeMessage.proxiedDone(creation, outcome)
      #expect(turn.tell(outcome, creation: creation) == (told ? message : nil))
    }
    var nameless = Self.called(nil)
    #expect(nameless.tell(accepted, creation: nil) == nil)
  }

  @Test func `a client that is slow for too long gives its turn back`() {
    var turn = Self.called()
    let early = start + .milliseconds(2999)
    #expect(turn.looked(at: early, longest: Self.longest, isWhole: false) == .notYet)
    let late = start + Self.longest
    #expect(turn.looked(at: late, longest: Self.longest, isWhole: true) == .none)
    #expect(
      turn.looked(at: late, longest: Self.longest, isWhole: false)
        == .over(.proxiedEnded(proxied(1), .notAccepted)))
    #expect(turn.looked(at: late, longest: Self.longest, isWhole: false) == .none)
    #expect(turn.tell(accepted, creation: nil) == .proxiedDone(proxied(1), accepted))
  }

  @Test func `nobody gives back what they do not have`() {
    let late = start + .seconds(60)
    var waiting = WatchedTurn(proxied(1))
    #expect(waiting.looked(at: late, longest: Self.longest, isWhole: false) == .none)
    var creation = Self.called(nil)
    #expect(creation.looked(at: late, longest: Self.longest, isWhole: false) == .none)
    var told = Self.called()
    _ = told.tell(accepted, creation: nil)
    #expect(told.looked(at: late, longest: Self.longest, isWhole: false) == .none)
    told.go(at: start)
    #expect(!told.awaitsOutcome)
  }
}
