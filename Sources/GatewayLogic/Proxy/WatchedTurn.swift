package import GatewayTypes

/// One watched request between its client, the upstream and its note's lane: whose turn it is, and
/// what is sure of its outcome. It is kept by the worker that has the client.
///
///     awaited ──go──▶ had ──outcome──▶ told
///        │             └──its client takes too long──▶ given back ──outcome──▶ told
///        └──its client is gone, too many wait──▶ told
///
/// The outcome is told as soon as it is sure, which can be before the answer has gone out.
/// Source: PROXY.md, "Writes that sync".
package struct WatchedTurn {
  private enum State {
    /// Leaves when the lane says go, or the client goes.
    case awaited
    /// The lane waits for the outcome. Leaves when the client takes too long over its body.
    case had(since: MonotonicTime)
    /// The lane goes on without it.
    case givenBack
    /// There is nothing to tell any more.
    case told
  }

  /// What is sure of the outcome.
  package enum Verdict: Hashable, Sendable {
    case notAccepted
    /// The answer is all there.
    case accepted
    /// The upstream said yes, and the answer is not to be had.
    case acceptedUnseen
  }

  /// How an answer ended.
  package enum End: Hashable, Sendable {
    case whole
    /// It did not come, or broke off.
    case failed
    /// The client went away before it had sent all, or was never passed on.
    case abandoned
  }

  /// Nil for a creation, which has no lane to wait in.
  private let change: ProxiedWrite?
  private var state = State.awaited
  private var hasSaidYes = false

  package init(_ change: ProxiedWrite?) {
    self.change = change
  }

  /// Whether somebody is still to be told.
  package var awaitsOutcome: Bool {
    if case .told = state { false } else { true }
  }

  /// It is passed on.
  package mutating func go(at now: MonotonicTime) {
    guard case .awaited = state else { return }
    state = .had(since: now)
  }

  /// Too many wait: the lane does not know it any more.
  package mutating func refused() {
    state = .told
  }

  /// The head of the answer has come.
  package mutating func answered(status: Int) -> Verdict? {
    hasSaidYes = 200...299 ~= status
    guard awaitsOutcome else { return nil }
    if !hasSaidYes { return .notAccepted }
    return change?.kind == .delete ? .acceptedUnseen : nil
  }

  /// The body of the answer is larger than what is kept, or can't be decoded.
  package func passedReach() -> Verdict? {
    awaitsOutcome ? .acceptedUnseen : nil
  }

  /// The answer has ended. Without an outcome so far this is it.
  package func ended(_ end: End) -> Verdict? {
    guard awaitsOutcome else { return nil }
    guard hasSaidYes else { return .notAccepted }
    return end == .whole ? .accepted : .acceptedUnseen
  }

  /// The outcome is known: what the home of the note is to hear of it. Once. `creation` is what
  /// the upstream has made of a creation, nil when that has no name.
  package mutating func tell(
    _ outcome: ProxiedOutcome, creation: ProxiedWrite?
  ) -> HomeMessage? {
    defer { state = .told }
    switch (state, change, outcome) {
    case (.told, _, _): return nil
    case (.awaited, let write?, _): return .proxiedWithdrawn(write)
    case (.had, let write?, _): return .proxiedEnded(write, outcome)
    case (.givenBack, let write?, _): return .proxiedDone(write, outcome)
    case (_, nil, .notAccepted), (_, nil, .accepted(_, answer: nil)): return nil
    case (_, nil, _): return creation.map { .proxiedDone($0, outcome) }
    }
  }

  /// Whether a turn has to be given back.
  package enum Overtime: Hashable, Sendable {
    /// There is none that could.
    case none
    /// Not yet.
    case notYet
    /// It is given back, which the lane is told by this.
    case over(HomeMessage)
  }

  /// A client that lets the note's other writers wait for its body for as long as `longest` gives
  /// its turn back: otherwise anybody could hold up any note.
  package mutating func looked(
    at now: MonotonicTime, longest: Duration, isWhole: Bool
  ) -> Overtime {
    guard case .had(since: let since) = state, !isWhole, let change else { return .none }
    guard now - since >= longest else { return .notYet }
    state = .givenBack
    return .over(.proxiedEnded(change, .notAccepted))
  }
}
