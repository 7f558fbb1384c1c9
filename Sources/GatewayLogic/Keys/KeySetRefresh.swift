package import GatewayTypes

/// When the key set of `authentication.keys.jwks_url` is fetched, and what workers are told that
/// have tokens whose key is not there.
///
///     fetching ──fetched, failed──▶ resting ──its time has come, or an unknown key──▶ fetching
///
/// Once there is a set, a fetch starts 30 s after the one before has ended or later, whatever came
/// of either and whichever worker asks: a flood of forged tokens is no flood of fetches. Until
/// then it is tried again after 1, 2, 4 s and so on, and whoever asks waits for the next try.
///
/// Invariant: each worker that asked is answered by `nothingNew`, or by new keys; with a fetch that
/// ends, and its start at most 30 s away, none waits for ever. Source: DESIGN.md, 7.
package struct KeySetRefresh {
  private enum State {
    /// Leaves when the fetch has ended.
    case fetching
    /// Leaves at `next`, or earlier at an unknown key.
    case resting(next: MonotonicTime)
  }

  /// From the end of a fetch that brought a set to the next one, when nothing asks for it earlier.
  static let interval = Duration.seconds(600)
  /// The least time from the end of a fetch to the start of the next, once there is a set.
  static let pause = Duration.seconds(30)
  /// From the end of the first failed fetch to the next try, while there is no set; each further
  /// failure doubles it, up to `retryDelayMax`.
  static let retryDelay = Duration.seconds(1)
  static let retryDelayMax = Duration.seconds(30)

  private var state = State.fetching
  /// When an unknown key may start a fetch; nil while there is no set.
  private var pauseEnd: MonotonicTime?
  private var nextRetryDelay = KeySetRefresh.retryDelay
  /// The workers that are to be told what comes of the next fetch to end.
  private var askers: Set<UInt16> = []

  /// At the start of the gateway; the first fetch begins.
  package init(into effects: inout [KeySetRefreshEffect]) {
    effects.append(.fetch)
  }

  /// Whether a set was fetched, at any time.
  package var hasSet: Bool { pauseEnd != nil }

  /// `worker` has a token that no key verifies, but one that is fetched might. The answer may come
  /// at once.
  ///
  /// Who is patient enough waits for the next fetch; the others are told at once when none may
  /// begin.
  package mutating func unknownKey(
    on worker: UInt16, of asker: KeyAsker, at now: MonotonicTime,
    into effects: inout [KeySetRefreshEffect]
  ) {
    switch state {
    case .fetching:
      askers.insert(worker)
    case .resting(next: let next):
      // Without a set it is not asked for anybody that it is tried again.
      let mayFetch = pauseEnd.map { $0 <= now } ?? false
      guard mayFetch || asker >= (hasSet ? .renewal : .stranger) else {
        effects.append(.nothingNew(worker: worker, upTo: asker))
        return
      }
      askers.insert(worker)
      if mayFetch {
        fetch(into: &effects)
      } else if let pauseEnd, pauseEnd < next {
        rest(until: pauseEnd, into: &effects)
      }
    }
  }

  /// The operator asks for the keys as they are now, and does not wait for a pause.
  package mutating func requested(into effects: inout [KeySetRefreshEffect]) {
    if case .resting = state { fetch(into: &effects) }
  }

  /// The time of the newest `wake` has come. Harmless when it is early or late.
  package mutating func deadlineReached(
    at now: MonotonicTime, into effects: inout [KeySetRefreshEffect]
  ) {
    switch state {
    case .fetching:
      break
    case .resting(next: let next) where next <= now:
      fetch(into: &effects)
    case .resting(next: let next):
      effects.append(.wake(at: next))
    }
  }

  /// The fetch brought a set. `isNew`: it is another than before, and given to all workers, which
  /// need no other answer.
  package mutating func fetched(
    isNew: Bool, at now: MonotonicTime, into effects: inout [KeySetRefreshEffect]
  ) {
    if isNew { askers = [] }
    pauseEnd = now + KeySetRefresh.pause
    rest(until: now + KeySetRefresh.interval, into: &effects)
    answerAll(into: &effects)
  }

  /// The fetch brought no set that can be used; the last one goes on.
  package mutating func failed(
    at now: MonotonicTime, into effects: inout [KeySetRefreshEffect]
  ) {
    if hasSet {
      let end = now + KeySetRefresh.pause
      pauseEnd = end
      rest(until: end, into: &effects)
    } else {
      rest(until: now + nextRetryDelay, into: &effects)
      nextRetryDelay = min(nextRetryDelay * 2, KeySetRefresh.retryDelayMax)
    }
    answerAll(into: &effects)
  }

  private mutating func fetch(into effects: inout [KeySetRefreshEffect]) {
    state = .fetching
    effects.append(.fetch)
  }

  private mutating func rest(
    until next: MonotonicTime, into effects: inout [KeySetRefreshEffect]
  ) {
    state = .resting(next: next)
    effects.append(.wake(at: next))
  }

  private mutating func answerAll(into effects: inout [KeySetRefreshEffect]) {
    for worker in askers.sorted() {
      effects.append(.nothingNew(worker: worker, upTo: .renewal))
    }
    askers = []
  }
}
