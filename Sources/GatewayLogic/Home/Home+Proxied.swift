package import GatewayTypes

/// What clients write by REST.
extension Home {
  /// A proxied update or deletion wants its turn. `newEpoch` is for a note that is not known here.
  package mutating func submit(
    _ write: ProxiedWrite, newEpoch: Epoch, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    with(write.resource, newEpoch: newEpoch, at: now, into: &effects) { entry, lane, _ in
      entry.lane.submit(write, at: now, into: &lane)
    }
  }

  /// The client of one has gone before its worker heard of its turn.
  package mutating func proxiedWithdrawn(
    _ write: ProxiedWrite, at now: MonotonicTime, into effects: inout [HomeEffect]
  ) {
    with(write.resource, at: now, into: &effects) { entry, lane, _ in
      entry.lane.proxiedWithdrawn(write.ticket, at: now, into: &lane)
    }
  }

  /// One that was told to go has ended.
  package mutating func proxiedEnded(
    _ write: ProxiedWrite, _ outcome: ProxiedOutcome, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [HomeEffect]
  ) {
    with(write.resource, at: now, into: &effects) { entry, lane, _ in
      entry.lane.proxiedEnded(write.ticket, outcome, at: now, wallNow: wallNow, into: &lane)
    }
  }

  /// One has ended that had no turn, or had to give it back. `newEpoch` is for a note that is not
  /// known here, as one that was created as a rule.
  package mutating func proxiedDone(
    _ write: ProxiedWrite, _ outcome: ProxiedOutcome, newEpoch: Epoch, at now: MonotonicTime,
    wallNow: WallTime, into effects: inout [HomeEffect]
  ) {
    with(write.resource, newEpoch: newEpoch, at: now, into: &effects) { entry, lane, _ in
      entry.lane.proxiedDone(write, outcome, at: now, wallNow: wallNow, into: &lane)
    }
  }

  /// What the lane of `resource` wanted to know of two changes.
  package mutating func compared(
    _ resource: Resource, isSame: Bool, at now: MonotonicTime, into effects: inout [HomeEffect]
  ) {
    with(resource, at: now, into: &effects) { entry, lane, _ in
      entry.lane.compared(isSame: isSame, at: now, into: &lane)
    }
  }
}
