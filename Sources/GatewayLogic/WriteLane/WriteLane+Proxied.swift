package import GatewayTypes

/// What clients write by REST, and what they then say of it.
extension WriteLane {
  /// Takes a proxied write in, or refuses it when too many wait. A creation has no name to wait by.
  package mutating func submit(
    _ write: ProxiedWrite, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) {
    precondition(write.kind != .create, "a creation is told of when it is done")
    if !take(.proxied(write), at: now, into: &effects) { effects.append(.refuse(write)) }
  }

  /// The client of a proxied write has gone before its worker heard of its turn. If that has come
  /// meanwhile it is over: its worker says no more of it, and may have come to its own end.
  package mutating func proxiedWithdrawn(
    _ ticket: ProxyTicket, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) {
    if case .proxying(let write) = state, write.ticket == ticket {
      state = .idle
      startNext(at: now, into: &effects)
      return
    }
    _ = waiting.removeAll { entry in
      if case .proxied(let write) = entry { write.ticket == ticket } else { false }
    }
  }

  /// The proxied write whose turn it is has ended.
  package mutating func proxiedEnded(
    _ ticket: ProxyTicket, _ outcome: ProxiedOutcome, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    guard case .proxying(let write) = state, write.ticket == ticket else {
      preconditionFailure("a proxied write ends once, in its turn")
    }
    state = .idle
    switch (write.kind, outcome) {
    case (_, .notAccepted), (.create, _), (.update, .accepted(_, answer: nil)):
      break
    case (.delete, _):
      deleted(write, at: now, wallNow, into: &effects)
    case (.update, .accepted(changes: let changes, answer: let answer?)):
      announce(write, changes, answer, at: now, wallNow, into: &effects)
    case (.update, .acceptedUnseen(changes: let changes)):
      view(write, changes ?? .emptyObject, into: &effects)
    }
    startNext(at: now, into: &effects)
  }

  /// A proxied write has ended that had no turn, or had to give it back: a creation, or one whose
  /// client took too long. What an update came to among the others' writes is not known: they hear
  /// what the upstream has, when it is the look's turn. Where too many wait for theirs, nobody
  /// does.
  package mutating func proxiedDone(
    _ write: ProxiedWrite, _ outcome: ProxiedOutcome, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    switch (write.kind, outcome) {
    case (_, .notAccepted), (.create, .accepted(_, answer: nil)),
      (.update, .accepted(_, answer: nil)):
      break
    case (.create, .accepted(_, answer: let data?)):
      created(write, as: data, at: now, wallNow, into: &effects)
    case (.create, .acceptedUnseen):
      _ = take(.view(write, changes: .emptyObject), at: now, into: &effects)
    case (.update, .accepted(changes: let changes, _)):
      _ = take(.view(write, changes: changes), at: now, into: &effects)
    case (.update, .acceptedUnseen(changes: let changes)):
      _ = take(.view(write, changes: changes ?? .emptyObject), at: now, into: &effects)
    case (.delete, _):
      deleted(write, at: now, wallNow, into: &effects)
    }
  }

  private mutating func created(
    _ write: ProxiedWrite, as data: JSONText, at now: MonotonicTime, _ wallNow: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    recent.created(by: write.user, at: wallNow, now: now)
    effects.append(.announce(.created(data, at: wallNow, by: write.author)))
  }

  private mutating func deleted(
    _ write: ProxiedWrite, at now: MonotonicTime, _ wallNow: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    recent.deleted(by: write.user, at: wallNow, now: now)
    effects.append(.announce(.deleted(at: wallNow, by: write.author)))
  }

  mutating func view(
    _ write: ProxiedWrite, _ changes: JSONText, into effects: inout [WriteLaneEffect]
  ) {
    state = .viewing(write, changes: changes)
    effects.append(.look(for: write))
  }

  mutating func viewed(
    _ write: ProxiedWrite, _ changes: JSONText, _ reply: UpstreamReply, at now: MonotonicTime,
    _ wallNow: WallTime, into effects: inout [WriteLaneEffect]
  ) {
    guard case .answered(status: 200, json: let found?, _) = reply else { return }
    switch write.kind {
    case .create: created(write, as: found, at: now, wallNow, into: &effects)
    case .update: announce(write, changes, found, at: now, wallNow, into: &effects)
    case .delete: preconditionFailure("a deletion leaves nothing to look at")
    }
  }

  private mutating func announce(
    _ write: ProxiedWrite, _ changes: JSONText, _ result: JSONText, at now: MonotonicTime,
    _ wallNow: WallTime, into effects: inout [WriteLaneEffect]
  ) {
    advance()
    recent.updated(
      RecentWrites.Update(
        user: write.user, changes: changes, result: result, time: wallNow, position: position,
        acceptedAt: now))
    effects.append(
      .announce(
        .updated(changes: changes, to: result, at: wallNow, position, by: write.author)))
  }

  // MARK: Said twice

  /// The bytes that are kept of a proxied write, to know it when it is said again.
  package var recentSize: Int { recent.size }

  /// When they are of no use any more; nil where there are none.
  package var recentEnd: MonotonicTime? { recent.updateEnd }

  /// Frees them.
  package mutating func forgetRecentUpdate() {
    recent.forgetUpdate()
  }

  /// Answers a write that was done by REST, or finds out whether it was. Returns false for one that
  /// was not.
  mutating func recall(
    _ write: Write, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) -> Bool {
    let user = write.writer.user
    switch write.change {
    case .update(let changes):
      guard let update = recent.update(before: write, at: now) else { return false }
      if update.changes == changes {
        repeated(write, update, into: &effects)
      } else {
        state = .comparing(write, with: update)
        effects.append(.compare(proxied: update.changes, said: changes))
      }
    case .refresh:
      guard let update = recent.update(before: write, at: now) else { return false }
      repeated(write, update, into: &effects)
    case .create:
      guard recent.hasCreation(by: user, at: now) else { return false }
      state = .recalling(write)
      effects.append(.request(.look, for: write))
    case .delete:
      guard let time = recent.deletionTime(by: user, at: now) else { return false }
      effects.append(.answer(write.writer, .deleted(at: time)))
    }
    return true
  }

  /// Whether the changes that were to be compared are the same.
  package mutating func compared(
    isSame: Bool, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) {
    guard case .comparing(let write, with: let update) = state else {
      preconditionFailure("a lane is told of what it wants to know only")
    }
    state = .idle
    if isSame {
      repeated(write, update, into: &effects)
    } else {
      begin(write, into: &effects)
    }
    startNext(at: now, into: &effects)
  }

  private mutating func repeated(
    _ write: Write, _ update: RecentWrites.Update, into effects: inout [WriteLaneEffect]
  ) {
    recent.forgetUpdate()
    effects.append(
      .answer(write.writer, .updated(update.result, at: update.time, update.position)))
  }

  mutating func recalled(
    for write: Write, _ reply: UpstreamReply, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    if case .answered(status: 200, json: let found?, _) = reply {
      effects.append(.answer(write.writer, .created(found, at: now)))
    } else {
      refuse(write, reply, isWrite: false, into: &effects)
    }
  }
}

extension JSONText {
  fileprivate static let emptyObject = JSONText(unchecked: Array("{}".utf8))
}
