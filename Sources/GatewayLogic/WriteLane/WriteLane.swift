package import GatewayTypes

/// The writes to one note or folder, sent to the upstream one at a time, in the order they arrived.
///
///     idle ──submit──▶ looking ──404──▶ writing ──answer──▶ idle, or the next one that waits
///       └────submit (update, delete)────▶┘
///              a 401 to any of it: aside ──renewed──▶ first in line, once more
///
///     idle ──submit (proxied)──▶ proxying ──ended──▶ idle, or the next one that waits
///                                   └──accepted, unseen──▶ viewing ──answer──▶ the same
///     idle ──publish──▶ idle
///
/// A creation looks first whether the thing is there; a refresh does nothing else. Whatever the
/// answer, the writer hears of it; the others hear of what was accepted. A write whose token the
/// upstream does not accept steps aside together with the later ones of its connection, and the
/// others go on. A proxied write is passed on by the worker that has its client, which says how it
/// ended. What repeats a proxied write is answered and not done: `comparing` and `recalling`.
///
/// Lanes and sessions tell each other of tokens from afar, so that news may be old when it comes. A
/// connection's tokens are numbered: what is said of one that is not the newest changes nothing.
///
/// Invariants: at most one request is under way; nothing waits while the lane is idle; a connection
/// that has something aside has nothing waiting, and what it has under way is older.
/// Source: PROTOCOL.md, "What is persisted, and who hears of it" and "Tokens"; PROXY.md, "Writes
/// that sync" and "Said twice, done once"; DESIGN.md, 5.
package struct WriteLane {
  enum State {
    /// Nothing under way; leaves on `submit`, or when writes that stepped aside come back.
    case idle
    /// The upstream was asked what is there; leaves on its answer.
    case looking(Write)
    /// The upstream was asked to write; leaves on its answer.
    case writing(Write)
    /// An update may be one that was made by REST; leaves when that is known.
    case comparing(Write, with: RecentWrites.Update)
    /// Something was created by REST, and its creator says so; leaves on the upstream's answer,
    /// which is the creator's.
    case recalling(Write)
    /// A client's own request is passed on; leaves when it has ended.
    case proxying(ProxiedWrite)
    /// The upstream was asked what came of a client's own request; leaves on its answer.
    case viewing(ProxiedWrite, changes: JSONText)
  }

  /// What waits for its turn.
  enum Entry {
    case write(Write)
    case proxied(ProxiedWrite)
    /// A client's own request that is over already, and whose outcome is to be looked at.
    case view(ProxiedWrite, changes: JSONText)
    /// An event of the API's own, which is done when its turn comes.
    case published(Publication)

    /// The connection whose token it needs.
    var connection: ConnectionID? {
      if case .write(let write) = self { write.writer.connection } else { nil }
    }
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

  var rules: Rules
  var state = State.idle
  var waiting = FIFO<Entry>()
  /// How many of those are events of the API's own, which keep no write out.
  var publicationCount = 0
  private var aside: [Aside] = []
  var recent = RecentWrites()
  /// Where the note stands: what was accepted so far.
  package internal(set) var position: NotePosition

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
  package var waitingCount: Int { waiting.count - publicationCount }

  /// Takes a write in, or refuses it when too many wait.
  package mutating func submit(
    _ write: Write, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) {
    let index = aside.firstIndex { $0.connection == write.writer.connection }
    if let index, aside[index].writes.count < rules.waitingCountMax {
      aside[index].append([write])
      tell(of: aside[index].writes.suffix(1), into: &effects)
    } else if index != nil || !take(.write(write), at: now, into: &effects) {
      effects.append(.answer(write.writer, .refused(ErrorReport(.overloaded))))
    }
  }

  /// Starts what arrives, or lets it wait. Returns false when too many wait.
  mutating func take(
    _ entry: Entry, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) -> Bool {
    if isIdle {
      start(entry, at: now, into: &effects)
    } else if waitingCount < rules.waitingCountMax {
      waiting.append(entry)
    } else {
      return false
    }
    return true
  }

  /// The upstream has answered, or will not, what the lane asked last.
  package mutating func upstreamAnswered(
    _ reply: UpstreamReply, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    let state = state
    self.state = .idle
    switch state {
    case .idle, .proxying, .comparing:
      preconditionFailure("a lane is told of answers to its own requests only")
    case .viewing(let write, changes: let changes):
      viewed(write, changes, reply, at: now, wallNow, into: &effects)
    case .looking(let write), .recalling(let write), .writing(let write):
      if reply.isUnauthorized, rules.identity == .bearer, !write.isRetried {
        stepAside(write, into: &effects)
      } else if case .looking = state {
        looked(for: write, reply, at: wallNow, into: &effects)
      } else if case .recalling = state {
        recalled(for: write, reply, at: wallNow, into: &effects)
      } else {
        wrote(write, reply, at: wallNow, into: &effects)
      }
    }
    startNext(at: now, into: &effects)
  }

  mutating func startNext(at now: MonotonicTime, into effects: inout [WriteLaneEffect]) {
    // What is answered at once leaves the lane idle.
    while isIdle, let next = waiting.removeFirst() { start(next, at: now, into: &effects) }
  }

  private mutating func start(
    _ entry: Entry, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) {
    switch entry {
    case .write(let write):
      if !recall(write, at: now, into: &effects) { begin(write, into: &effects) }
    case .proxied(let write):
      recent.begin(write.kind)
      state = .proxying(write)
      effects.append(.go(write))
    case .view(let write, changes: let changes):
      view(write, changes, into: &effects)
    case .published(let publication):
      publicationCount -= 1
      announce(publication, at: now, into: &effects)
    }
  }

  /// Asks the upstream for the first time.
  mutating func begin(_ write: Write, into effects: inout [WriteLaneEffect]) {
    switch write.change {
    case .update(let changes):
      recent.begin(.update)
      state = .writing(write)
      effects.append(.request(.update(changes: changes), for: write))
    case .create, .refresh:
      recent.begin(write.change.isCreation ? .create : .update)
      state = .looking(write)
      effects.append(.request(.look, for: write))
    case .delete:
      recent.begin(.delete)
      state = .writing(write)
      effects.append(.request(.delete, for: write))
    }
  }

  // MARK: Tokens

  /// The upstream does not accept the token of `write`, which is older than all that its
  /// connection has aside or waiting.
  private mutating func stepAside(_ write: Write, into effects: inout [WriteLaneEffect]) {
    var write = write
    write.isRetried = true
    let connection = write.writer.connection
    let (index, toldCount) = moveAside(connection, tokenNumber: write.writer.tokenNumber)
    write.writer.tokenNumber = aside[index].tokenNumber
    aside[index].writes.insert(write, at: 0)
    effects.append(.aside(write.writer, isRefused: true))
    tell(of: aside[index].writes.dropFirst(toldCount + 1), into: &effects)
  }

  private mutating func takeWaiting(of connection: ConnectionID) -> [Write] {
    waiting.removeAll { $0.connection == connection }.compactMap { entry in
      if case .write(let write) = entry { write } else { nil }
    }
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
    let waiting = takeWaiting(of: connection)
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
    at now: MonotonicTime, into effects: inout [WriteLaneEffect]
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
    waiting.prepend(writes.map(Entry.write))
    startNext(at: now, into: &effects)
  }

  /// A connection will have no other token: what it has aside is forgotten. Its session has
  /// answered it.
  package mutating func withdrawn(_ connection: ConnectionID) {
    aside.removeAll { $0.connection == connection }
  }
}
