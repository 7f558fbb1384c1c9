package import GatewayTypes

/// The notes and folders whose home is one worker: each with its lane, a note also with its place
/// in its history and its room.
///
/// A note is here as long as it has work or somebody hears of it, and a while longer, so that its
/// epoch stands when its readers come back. One that is forgotten begins a new epoch.
/// Source: DESIGN.md, 2 and 5.
package struct Home {
  package struct Rules: Hashable, Sendable {
    package var lanes: WriteLane.Rules
    /// `websocket.join_cache`.
    package var accessLifetime: Duration
    /// How long a note is kept after its last work and its last reader.
    package var idleLifetime: Duration
    /// How many such notes are kept; beyond it the one idle longest is forgotten early.
    package var idleCountMax: Int
    /// The bytes that are kept to know what is said twice; beyond it the oldest is forgotten early.
    package var recentSizeMax: Int

    package init(
      lanes: WriteLane.Rules = WriteLane.Rules(), accessLifetime: Duration = .seconds(30),
      idleLifetime: Duration = .seconds(300), idleCountMax: Int = 16_384,
      recentSizeMax: Int = 16 << 20
    ) {
      self.lanes = lanes
      self.accessLifetime = accessLifetime
      self.idleLifetime = idleLifetime
      self.idleCountMax = idleCountMax
      self.recentSizeMax = recentSizeMax
    }
  }

  struct Entry {
    var lane: WriteLane
    var room: Room
    /// Since when it has been idle, nil while it is not.
    var idleSince: MonotonicTime?
    /// Whether it has its entry in `resting`.
    var isResting = false
    /// Whether it has its entry in `recent`.
    fileprivate var isRecent = false

    var isIdle: Bool { lane.isEmpty && room.isEmpty }
  }

  private var rules: Rules
  private var entries: [Resource: Entry] = [:]
  /// What became idle, once each, by the time at which to look whether they still are: never
  /// later than the end of their idle lifetime.
  private var resting = DeadlineQueue<Resource>()
  /// The entries whose `idleSince` is set.
  private var idleCount = 0
  /// What keeps bytes of a proxied write, once each, by the time at which to free them.
  private var recent = DeadlineQueue<Resource>()
  /// Those bytes, of all.
  private var recentSize = 0
  /// Reused, so that an event does not allocate.
  private var laneEffects: [WriteLaneEffect] = []
  private var roomEffects: [RoomEffect] = []

  package init(rules: Rules) {
    self.rules = rules
  }

  /// Notes and folders that are kept here, idle ones included.
  package var count: Int { entries.count }

  /// Lanes that have a write under way.
  package private(set) var busyLaneCount = 0

  /// Notes that have, or are about to have, somebody who hears of them. Looks at every room.
  package var roomCount: Int { entries.values.count { !$0.room.workers.isEmpty } }

  /// Writes that wait for one under way. Looks at every lane.
  package var waitingWriteCount: Int { entries.values.reduce(0) { $0 + $1.lane.waitingCount } }

  /// From now on these rules are those that count. What waits already is not turned away. Looks at
  /// every note.
  package mutating func rulesChanged(_ rules: Rules) {
    self.rules = rules
    for index in entries.values.indices {
      entries.values[index].lane.rules = rules.lanes
      entries.values[index].room.rulesChanged(
        accessLifetime: rules.accessLifetime, identity: rules.lanes.identity)
    }
  }

  /// A write arrives. `newEpoch` is for a note that is not known here.
  package mutating func submit(
    _ write: Write, newEpoch: Epoch, at now: MonotonicTime, into effects: inout [HomeEffect]
  ) {
    with(write.resource, newEpoch: newEpoch, at: now, into: &effects) { entry, lane, _ in
      entry.lane.submit(write, at: now, into: &lane)
    }
  }

  /// The upstream has answered, or will not, what the lane of `resource` asked last.
  package mutating func writeAnswered(
    _ reply: UpstreamReply, of resource: Resource, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [HomeEffect]
  ) {
    with(resource, at: now, into: &effects) { entry, lane, _ in
      entry.lane.upstreamAnswered(reply, at: now, wallNow: wallNow, into: &lane)
    }
  }

  /// A connection's tokens up to the one of this number have run out.
  package mutating func expired(
    _ resource: Resource, of connection: ConnectionID, tokenNumber: Int, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    with(resource, at: now, into: &effects) { entry, lane, _ in
      entry.lane.expired(connection, tokenNumber: tokenNumber, into: &lane)
    }
  }

  /// A connection that was asked for another token has one.
  package mutating func renewed(
    _ resource: Resource, by connection: ConnectionID, _ token: BearerToken, tokenNumber: Int,
    at now: MonotonicTime, into effects: inout [HomeEffect]
  ) {
    with(resource, at: now, into: &effects) { entry, lane, _ in
      entry.lane.renewed(connection, token, tokenNumber: tokenNumber, at: now, into: &lane)
    }
  }

  /// A connection that was asked for another token will have none.
  package mutating func withdrawn(
    _ resource: Resource, by connection: ConnectionID, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    with(resource, at: now, into: &effects) { entry, _, _ in entry.lane.withdrawn(connection) }
  }

  /// A connection asks to join a note. `newEpoch` is for a note that is not known here.
  package mutating func join(
    _ request: JoinRequest, newEpoch: Epoch, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    let note = Resource.note(request.note)
    with(note, newEpoch: newEpoch, at: now, into: &effects) { entry, _, room in
      entry.room.join(request, at: now, current: entry.lane.position, into: &room)
    }
  }

  /// The upstream has answered, or will not, whether a user may see a note.
  package mutating func checkAnswered(
    _ reply: UpstreamReply, to request: JoinRequest, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    with(.note(request.note), at: now, into: &effects) { entry, _, room in
      entry.room.checked(request, reply, at: now, current: entry.lane.position, into: &room)
    }
  }

  /// A worker has no members of the note's room any more and hands back what it was granted.
  package mutating func emptied(
    _ note: NoteID, on worker: UInt16, grantCount: Int, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    with(.note(note), at: now, into: &effects) { entry, _, _ in
      entry.room.emptied(on: worker, grantCount: grantCount)
    }
  }

  /// Forgets what has been idle for long enough.
  package mutating func forgetIdle(at now: MonotonicTime) {
    forgetRecent(at: now)
    while let lookAt = resting.next, lookAt <= now || idleCount > rules.idleCountMax {
      guard let id = resting.popFirst() else { return }
      guard let since = entries[id]?.idleSince else {
        entries[id]?.isResting = false
        continue
      }
      let end = since + rules.idleLifetime
      if end > lookAt {
        // It has had work since, and another one may be idle for longer.
        resting.insert(id, at: end)
      } else {
        recentSize -= entries[id]?.lane.recentSize ?? 0
        entries[id] = nil
        idleCount -= 1
      }
    }
  }

  private mutating func forgetRecent(at now: MonotonicTime) {
    while let freeAt = recent.next, freeAt <= now || recentSize > rules.recentSizeMax {
      guard let id = recent.popFirst() else { return }
      guard let index = entries.index(forKey: id), entries.values[index].isRecent else { continue }
      if let end = entries.values[index].lane.recentEnd, end > freeAt {
        // A newer one has taken its place.
        recent.insert(id, at: end)
        continue
      }
      entries.values[index].isRecent = false
      recentSize -= entries.values[index].lane.recentSize
      entries.values[index].lane.forgetRecentUpdate()
    }
  }

  mutating func with(
    _ id: Resource, newEpoch: Epoch? = nil, at now: MonotonicTime,
    into effects: inout [HomeEffect],
    _ event: (inout Entry, inout [WriteLaneEffect], inout [RoomEffect]) -> Void
  ) {
    if entries[id] == nil {
      // An answer is awaited by an entry that is not idle, and so not forgotten.
      guard let newEpoch else { return }
      let start = NotePosition(epoch: newEpoch, sequence: 0)
      entries[id] = Entry(
        lane: WriteLane(rules: rules.lanes, position: start),
        room: Room(accessLifetime: rules.accessLifetime, identity: rules.lanes.identity))
    }
    guard let index = entries.index(forKey: id) else { return }
    let wasBusy = !entries.values[index].lane.isIdle
    let recentSizeBefore = entries.values[index].lane.recentSize
    event(&entries.values[index], &laneEffects, &roomEffects)
    if laneEffects.contains(where: \.isDeletion) {
      entries.values[index].room.noteDeleted(into: &roomEffects)
    }
    let isBusy = !entries.values[index].lane.isIdle
    busyLaneCount += (isBusy ? 1 : 0) - (wasBusy ? 1 : 0)
    let roomWorkers = laneEffects.isEmpty ? [] : entries.values[index].room.workers
    noteRecent(id, at: index, recentSizeBefore, now)
    noteIdleness(of: id, at: index, now)
    passOn(id, roomWorkers, into: &effects)
  }

  private mutating func noteRecent(
    _ id: Resource, at index: Dictionary<Resource, Entry>.Index, _ sizeBefore: Int,
    _ now: MonotonicTime
  ) {
    let size = entries.values[index].lane.recentSize
    recentSize += size - sizeBefore
    guard size > 0, !entries.values[index].isRecent else { return }
    entries.values[index].isRecent = true
    recent.insert(id, at: entries.values[index].lane.recentEnd ?? now)
  }

  private mutating func noteIdleness(
    of id: Resource, at index: Dictionary<Resource, Entry>.Index, _ now: MonotonicTime
  ) {
    let wasIdle = entries.values[index].idleSince != nil
    let isIdle = entries.values[index].isIdle
    idleCount += (isIdle ? 1 : 0) - (wasIdle ? 1 : 0)
    entries.values[index].idleSince = isIdle ? now : nil
    guard isIdle else { return }
    if !entries.values[index].isResting {
      entries.values[index].isResting = true
      resting.insert(id, at: now + rules.idleLifetime)
    }
    forgetIdle(at: now)
  }

  private mutating func passOn(
    _ resource: Resource, _ roomWorkers: [UInt16], into effects: inout [HomeEffect]
  ) {
    for effect in laneEffects {
      switch effect {
      case .request(let step, for: let write):
        effects.append(.request(step, for: write))
      case .answer(let writer, let result):
        effects.append(.answerWriter(writer, result))
      case .aside(let writer, isRefused: let isRefused):
        effects.append(.aside(writer, of: resource, isRefused: isRefused))
      case .announce(let announcement):
        effects.append(.announce(announcement, of: resource, roomWorkers: roomWorkers))
      case .go(let write):
        effects.append(.go(write))
      case .refuse(let write):
        effects.append(.refuse(write))
      case .look(for: let write):
        effects.append(.look(for: write))
      case .compare(proxied: let proxied, said: let said):
        effects.append(.compare(proxied: proxied, said: said, of: resource))
      case .published(let publication, let position):
        effects.append(.published(publication, position))
      }
    }
    for effect in roomEffects {
      switch effect {
      case .check(let request): effects.append(.check(request))
      case .answer(let request, let result): effects.append(.answerJoiner(request, result))
      }
    }
    laneEffects.removeAll(keepingCapacity: true)
    roomEffects.removeAll(keepingCapacity: true)
  }
}

extension WriteLaneEffect {
  fileprivate var isDeletion: Bool {
    if case .announce(.deleted) = self { true } else { false }
  }
}
