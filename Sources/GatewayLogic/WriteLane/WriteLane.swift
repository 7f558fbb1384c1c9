package import GatewayTypes

/// The writes to one note, sent to the upstream one at a time, in the order they arrived.
///
///     idle ──submit──▶ looking ──404──▶ writing ──answer──▶ idle, or the next one that waits
///       └────submit (no creation)───────▶┘
///
/// A creation looks first whether the note is there. Whatever the answer, the writer hears of it;
/// the others hear of what was accepted.
///
/// Invariant: at most one request is under way, and nothing waits while the lane is idle.
/// Source: PROTOCOL.md, "What is persisted, and who hears of it".
package struct WriteLane {
  private enum State {
    /// Nothing to do; leaves on `submit`.
    case idle
    /// The upstream was asked for the note that is to be created; leaves on its answer.
    case looking(Write)
    /// The upstream was asked to write; leaves on its answer.
    case writing(Write)
  }

  private let waitingCountMax: Int
  private var state = State.idle
  private var waiting = FIFO<Write>()
  private var position: NotePosition

  /// A lane for a note that stands at `position`. At most `waitingCountMax` writes wait behind the
  /// one under way.
  package init(waitingCountMax: Int, position: NotePosition) {
    self.waitingCountMax = waitingCountMax
    self.position = position
  }

  /// Where the note stands: what was accepted so far.
  package var current: NotePosition { position }

  package var isIdle: Bool {
    if case .idle = state { true } else { false }
  }

  /// The writes that wait, without the one under way.
  package var waitingCount: Int { waiting.count }

  /// Takes a write in, or refuses it when too many wait.
  package mutating func submit(_ write: Write, into effects: inout [WriteLaneEffect]) {
    if isIdle {
      start(write, into: &effects)
    } else if waiting.count < waitingCountMax {
      waiting.append(write)
    } else {
      effects.append(.answer(write.writer, .refused(ErrorReport(.overloaded))))
    }
  }

  /// The upstream has answered, or will not, what was asked last.
  package mutating func upstreamAnswered(
    _ reply: UpstreamReply, at now: WallTime, into effects: inout [WriteLaneEffect]
  ) {
    switch state {
    case .idle:
      preconditionFailure("a lane is told of answers to its own requests only")
    case .looking(let write):
      looked(for: write, reply, at: now, into: &effects)
    case .writing(let write):
      wrote(write, reply, at: now, into: &effects)
    }
    if isIdle, let next = waiting.removeFirst() {
      start(next, into: &effects)
    }
  }

  private mutating func start(_ write: Write, into effects: inout [WriteLaneEffect]) {
    switch write.change {
    case .update(let changes):
      state = .writing(write)
      effects.append(.request(.update(changes: changes), for: write))
    case .create:
      state = .looking(write)
      effects.append(.request(.look, for: write))
    case .delete:
      state = .writing(write)
      effects.append(.request(.delete, for: write))
    }
  }

  private mutating func looked(
    for write: Write, _ reply: UpstreamReply, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    guard case .create(let noteData) = write.change else {
      preconditionFailure("only a creation looks first")
    }
    switch reply {
    case .answered(status: 404, _, _):
      state = .writing(write)
      effects.append(.request(.create(noteData: noteData), for: write))
    case .answered(status: 200, json: let found?, _):
      state = .idle
      created(write, as: found, at: now, into: &effects)
    default:
      state = .idle
      let refusal = ErrorReport(refusing: reply, isWrite: false)
      effects.append(.answer(write.writer, .refused(refusal)))
    }
  }

  private mutating func wrote(
    _ write: Write, _ reply: UpstreamReply, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    state = .idle
    switch (write.change, reply) {
    case (.update(let changes), .answered(status: 200...299, json: let note?, _)):
      updated(write, changes, to: note, at: now, into: &effects)
    case (.create, .answered(status: 200...299, json: let note?, _)):
      created(write, as: note, at: now, into: &effects)
    case (.delete, .answered(status: 200...299, _, _)):
      effects.append(.announce(.deleted(at: now, by: write.writer)))
      effects.append(.answer(write.writer, .deleted(at: now)))
    case (.delete, .answered(status: 404, _, _)):
      effects.append(.announce(.alreadyDeleted(at: now, by: write.writer)))
      effects.append(.answer(write.writer, .deleted(at: now)))
    default:
      let refusal = ErrorReport(refusing: reply, isWrite: true)
      effects.append(.answer(write.writer, .refused(refusal)))
    }
  }

  private mutating func updated(
    _ write: Write, _ changes: JSONText, to note: JSONText, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    // 2^64 writes to one note do not happen.
    position = NotePosition(epoch: position.epoch, sequence: position.sequence + 1)
    effects.append(
      .announce(
        .updated(changes: changes, updatedNote: note, at: now, position, by: write.writer)))
    effects.append(.answer(write.writer, .updated(updatedNote: note, at: now, position)))
  }

  private func created(
    _ write: Write, as note: JSONText, at now: WallTime, into effects: inout [WriteLaneEffect]
  ) {
    effects.append(.announce(.created(noteData: note, at: now, by: write.writer)))
    effects.append(.answer(write.writer, .created(noteData: note, at: now)))
  }
}
