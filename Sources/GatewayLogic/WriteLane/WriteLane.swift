package import GatewayTypes

/// The writes to one note or folder, sent to the upstream one at a time, in the order they arrived.
///
///     idle ──submit──▶ looking ──404──▶ writing ──answer──▶ idle, or the next one that waits
///       └────submit (update, delete)────▶┘
///              a 401 to any of it: aside ──renewed──▶ first in line, once more
///
/// A creation looks first whether the thing is there; a refresh does nothing else. Whatever the
/// answer, the writer hears of it; the others hear of what was accepted. A write whose token the
/// upstream does not accept steps aside together with the later ones of its connection, and the
/// others go on.
///
/// Lanes and sessions tell each other of tokens from afar, so that news may be old when it comes. A
/// connection's tokens are numbered: what is said of one that is not the newest changes nothing.
///
/// Invariants: at most one request is under way; nothing waits while the lane is idle; a connection
/// that has something aside has nothing waiting, and what it has under way is older.
/// Source: PROTOCOL.md, "What is persisted, and who hears of it" and "Tokens"; DESIGN.md, 5.
package struct WriteLane {
  private enum State {
    /// Nothing under way; leaves on `submit`, or when writes that stepped aside come back.
    case idle
    /// The upstream was asked what is there; leaves on its answer.
    case looking(Write)
    /// The upstream was asked to write; leaves on its answer.
    case writing(Write)
  }

  /// The writes of one connection that wait for a token, oldest first.
  private struct Aside {
    let connection: ConnectionID
    /// The newest of the connection's tokens that is known not to do.
    var tokenNumber: Int
    var writes: [Write]

    mutating func append(_ later: [Write]) {
      let count = writes.count
      writes += later
      number(writes.indices.dropFirst(count))
    }

    /// The tokens up to this one do not do.
    mutating func raise(to newNumber: Int) {
      tokenNumber = newNumber
      number(writes.indices)
    }

    private mutating func number(_ indices: Range<Int>) {
      for index in indices { writes[index].writer.tokenNumber = tokenNumber }
    }
  }

  private let rules: Rules
  private var state = State.idle
  private var waiting = FIFO<Write>()
  private var aside: [Aside] = []
  /// Where the note stands: what was accepted so far.
  package private(set) var position: NotePosition

  package struct Rules: Hashable, Sendable {
    /// The most writes that wait behind the one under way, and that wait aside, each.
    package var waitingCountMax: Int
    /// Whose token the upstream is shown: with `service` a 401 is not the writer's to mend.
    package var identity: UpstreamIdentity

    package init(waitingCountMax: Int = 256, identity: UpstreamIdentity = .bearer) {
      self.waitingCountMax = waitingCountMax
      self.identity = identity
    }
  }

  /// A lane for a note that stands at `position`.
  package init(rules: Rules, position: NotePosition) {
    self.rules = rules
    self.position = position
  }

  /// Whether no request is under way.
  package var isIdle: Bool {
    if case .idle = state { true } else { false }
  }

  /// Whether there is nothing at all to do, now or later.
  package var isEmpty: Bool { isIdle && aside.isEmpty }

  /// The writes that wait, without the one under way and those aside.
  package var waitingCount: Int { waiting.count }

  /// Takes a write in, or refuses it when too many wait.
  package mutating func submit(_ write: Write, into effects: inout [WriteLaneEffect]) {
    let index = aside.firstIndex { $0.connection == write.writer.connection }
    if let index, aside[index].writes.count < rules.waitingCountMax {
      aside[index].append([write])
      tell(of: aside[index].writes.suffix(1), into: &effects)
    } else if index == nil, isIdle {
      start(write, into: &effects)
    } else if index == nil, waiting.count < rules.waitingCountMax {
      waiting.append(write)
    } else {
      effects.append(.answer(write.writer, .refused(ErrorReport(.overloaded))))
    }
  }

  /// The upstream has answered, or will not, what was asked last.
  package mutating func upstreamAnswered(
    _ reply: UpstreamReply, at now: WallTime, into effects: inout [WriteLaneEffect]
  ) {
    let state = state
    switch state {
    case .idle:
      preconditionFailure("a lane is told of answers to its own requests only")
    case .looking(let write), .writing(let write):
      if reply.isUnauthorized, rules.identity == .bearer, !write.isRetried {
        stepAside(write, into: &effects)
      } else if case .looking = state {
        looked(for: write, reply, at: now, into: &effects)
      } else {
        wrote(write, reply, at: now, into: &effects)
      }
    }
    startNext(into: &effects)
  }

  private mutating func startNext(into effects: inout [WriteLaneEffect]) {
    if isIdle, let next = waiting.removeFirst() { start(next, into: &effects) }
  }

  private mutating func start(_ write: Write, into effects: inout [WriteLaneEffect]) {
    switch write.change {
    case .update(let changes):
      state = .writing(write)
      effects.append(.request(.update(changes: changes), for: write))
    case .create, .refresh:
      state = .looking(write)
      effects.append(.request(.look, for: write))
    case .delete:
      state = .writing(write)
      effects.append(.request(.delete, for: write))
    }
  }

  // MARK: Tokens

  /// The upstream does not accept the token of `write`, which is older than all that its
  /// connection has aside or waiting.
  private mutating func stepAside(_ write: Write, into effects: inout [WriteLaneEffect]) {
    state = .idle
    var write = write
    write.isRetried = true
    let connection = write.writer.connection
    let (index, toldCount) = moveAside(connection, tokenNumber: write.writer.tokenNumber)
    write.writer.tokenNumber = aside[index].tokenNumber
    aside[index].writes.insert(write, at: 0)
    effects.append(.aside(write.writer, isRefused: true))
    tell(of: aside[index].writes.dropFirst(toldCount + 1), into: &effects)
  }

  /// A connection's tokens up to the one of this number have run out: what it has waiting steps
  /// aside. What is under way goes on.
  package mutating func expired(
    _ connection: ConnectionID, tokenNumber: Int, into effects: inout [WriteLaneEffect]
  ) {
    let (index, toldCount) = moveAside(connection, tokenNumber: tokenNumber)
    tell(of: aside[index].writes.dropFirst(toldCount), into: &effects)
    if aside[index].writes.isEmpty { aside.remove(at: index) }
  }

  /// Puts what a connection has waiting behind what it has aside. Returns where that is, and how
  /// many of it, the oldest, the session knows to wait for a newer token than this one.
  private mutating func moveAside(
    _ connection: ConnectionID, tokenNumber: Int
  ) -> (index: Int, toldCount: Int) {
    let waiting = waiting.removeAll { $0.writer.connection == connection }
    guard let index = aside.firstIndex(where: { $0.connection == connection }) else {
      aside.append(Aside(connection: connection, tokenNumber: tokenNumber, writes: []))
      aside[aside.count - 1].append(waiting)
      return (aside.count - 1, 0)
    }
    let isKnown = aside[index].tokenNumber >= tokenNumber
    let toldCount = isKnown ? aside[index].writes.count : 0
    if !isKnown { aside[index].raise(to: tokenNumber) }
    aside[index].append(waiting)
    return (index, toldCount)
  }

  private func tell(of writes: ArraySlice<Write>, into effects: inout [WriteLaneEffect]) {
    for write in writes { effects.append(.aside(write.writer, isRefused: false)) }
  }

  /// A connection has another token: what it has aside is next in line, unless that waits for a
  /// newer one still. What was refused is tried once more, the others for the first time.
  package mutating func renewed(
    _ connection: ConnectionID, _ token: BearerToken, tokenNumber: Int,
    into effects: inout [WriteLaneEffect]
  ) {
    let index = aside.firstIndex {
      $0.connection == connection && $0.tokenNumber < tokenNumber
    }
    guard let index else { return }
    var writes = aside.remove(at: index).writes
    for index in writes.indices {
      writes[index].writer.token = token
      writes[index].writer.tokenNumber = tokenNumber
    }
    waiting.prepend(writes)
    startNext(into: &effects)
  }

  /// A connection will have no other token: what it has aside is forgotten. Its session has
  /// answered it.
  package mutating func withdrawn(_ connection: ConnectionID) {
    aside.removeAll { $0.connection == connection }
  }

  // MARK: Answers

  private mutating func looked(
    for write: Write, _ reply: UpstreamReply, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    state = .idle
    switch (write.change, reply) {
    case (.create(let data), .answered(status: 404, _, _)):
      state = .writing(write)
      effects.append(.request(.create(data: data), for: write))
    case (.create, .answered(status: 200, json: let found?, _)):
      created(write, as: found, at: now, into: &effects)
    case (.refresh(let changes), .answered(status: 200, json: let found?, _)):
      updated(write, changes, to: found, at: now, into: &effects)
    default:
      refuse(write, reply, isWrite: false, into: &effects)
    }
  }

  private mutating func wrote(
    _ write: Write, _ reply: UpstreamReply, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    state = .idle
    switch (write.change, reply) {
    case (.update(let changes), .answered(status: 200...299, json: let result?, _)):
      updated(write, changes, to: result, at: now, into: &effects)
    case (.create, .answered(status: 200...299, json: let result?, _)):
      created(write, as: result, at: now, into: &effects)
    case (.delete, .answered(status: 200...299, _, _)):
      effects.append(.announce(.deleted(at: now, by: write.writer)))
      effects.append(.answer(write.writer, .deleted(at: now)))
    case (.delete, .answered(status: 404, _, _)):
      effects.append(.announce(.alreadyDeleted(at: now, by: write.writer)))
      effects.append(.answer(write.writer, .deleted(at: now)))
    default:
      refuse(write, reply, isWrite: true, into: &effects)
    }
  }

  private func refuse(
    _ write: Write, _ reply: UpstreamReply, isWrite: Bool, into effects: inout [WriteLaneEffect]
  ) {
    let refusal = ErrorReport(refusing: reply, isWrite: isWrite, identity: rules.identity)
    effects.append(.answer(write.writer, .refused(refusal)))
  }

  private mutating func updated(
    _ write: Write, _ changes: JSONText, to result: JSONText, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    // 2^64 writes to one note do not happen.
    position = NotePosition(epoch: position.epoch, sequence: position.sequence + 1)
    effects.append(
      .announce(.updated(changes: changes, to: result, at: now, position, by: write.writer)))
    effects.append(.answer(write.writer, .updated(result, at: now, position)))
  }

  private func created(
    _ write: Write, as result: JSONText, at now: WallTime, into effects: inout [WriteLaneEffect]
  ) {
    effects.append(.announce(.created(result, at: now, by: write.writer)))
    effects.append(.answer(write.writer, .created(result, at: now)))
  }
}
