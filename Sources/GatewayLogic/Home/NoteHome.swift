package import GatewayTypes

/// The notes whose home is one worker: each with its lane, its place in its history, and its room.
///
/// A note is here as long as it has work or somebody hears of it, and a while longer, so that its
/// epoch stands when its readers come back. One that is forgotten begins a new epoch.
/// Source: DESIGN.md, 2 and 5.
package struct NoteHome {
  package struct Rules: Hashable, Sendable {
    /// `limits.pending_writes_per_note`.
    package var waitingCountMax: Int
    /// `websocket.join_cache`.
    package var accessLifetime: Duration
    /// How long a note is kept after its last work and its last reader.
    package var idleLifetime: Duration
    /// How many such notes are kept; beyond it the one idle longest is forgotten early.
    package var idleCountMax: Int

    package init(
      waitingCountMax: Int = 256, accessLifetime: Duration = .seconds(30),
      idleLifetime: Duration = .seconds(300), idleCountMax: Int = 16_384
    ) {
      self.waitingCountMax = waitingCountMax
      self.accessLifetime = accessLifetime
      self.idleLifetime = idleLifetime
      self.idleCountMax = idleCountMax
    }
  }

  private struct Note {
    var lane: WriteLane
    var room: Room
    /// Since when it has been idle, nil while it is not.
    var idleSince: MonotonicTime?
    /// Whether it has its entry in `resting`.
    var isResting = false

    var isIdle: Bool { lane.isIdle && room.isEmpty }
  }

  private let rules: Rules
  private var notes: [NoteID: Note] = [:]
  /// Notes that became idle, once each, by the time at which to look whether they still are: never
  /// later than the end of their idle lifetime.
  private var resting = DeadlineQueue<NoteID>()
  /// The notes whose `idleSince` is set.
  private var idleCount = 0
  /// Reused, so that an event does not allocate.
  private var laneEffects: [WriteLaneEffect] = []
  private var roomEffects: [RoomEffect] = []

  package init(rules: Rules) {
    self.rules = rules
  }

  /// Notes that are kept here, idle ones included.
  package var noteCount: Int { notes.count }

  /// Lanes that have a write under way.
  package private(set) var busyLaneCount = 0

  /// A write arrives. `newEpoch` is for a note that is not known here.
  package mutating func submit(
    _ write: Write, newEpoch: Epoch, at now: MonotonicTime, into effects: inout [HomeEffect]
  ) {
    withNote(write.note, newEpoch: newEpoch, at: now, into: &effects) { note, lane, _ in
      note.lane.submit(write, into: &lane)
    }
  }

  /// The upstream has answered, or will not, what a note's lane asked last.
  package mutating func writeAnswered(
    _ reply: UpstreamReply, of note: NoteID, at now: MonotonicTime, wallNow: WallTime,
    into effects: inout [HomeEffect]
  ) {
    withNote(note, at: now, into: &effects) { note, lane, room in
      note.lane.upstreamAnswered(reply, at: wallNow, into: &lane)
      if lane.contains(where: \.isDeletion) { note.room.noteDeleted(into: &room) }
    }
  }

  /// A connection asks to join a note. `newEpoch` is for a note that is not known here.
  package mutating func join(
    _ request: JoinRequest, newEpoch: Epoch, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    withNote(request.note, newEpoch: newEpoch, at: now, into: &effects) { note, _, room in
      note.room.join(request, at: now, current: note.lane.current, into: &room)
    }
  }

  /// The upstream has answered, or will not, whether a user may see a note.
  package mutating func checkAnswered(
    _ reply: UpstreamReply, to request: JoinRequest, at now: MonotonicTime,
    into effects: inout [HomeEffect]
  ) {
    withNote(request.note, at: now, into: &effects) { note, _, room in
      note.room.checked(request, reply, at: now, current: note.lane.current, into: &room)
    }
  }

  /// A worker has no members of the note's room any more and hands back what it was granted.
  package mutating func emptied(
    _ note: NoteID, on worker: UInt16, grantCount: Int, at now: MonotonicTime
  ) {
    var effects: [HomeEffect] = []
    withNote(note, at: now, into: &effects) { note, _, _ in
      note.room.emptied(on: worker, grantCount: grantCount)
    }
  }

  /// Forgets the notes that have been idle for long enough.
  package mutating func forgetIdle(at now: MonotonicTime) {
    while let lookAt = resting.next, lookAt <= now || idleCount > rules.idleCountMax {
      guard let id = resting.popFirst() else { return }
      guard let since = notes[id]?.idleSince else {
        notes[id]?.isResting = false
        continue
      }
      let end = since + rules.idleLifetime
      if end > lookAt {
        // It has had work since, and another one may be idle for longer.
        resting.insert(id, at: end)
      } else {
        notes[id] = nil
        idleCount -= 1
      }
    }
  }

  private mutating func withNote(
    _ id: NoteID, newEpoch: Epoch? = nil, at now: MonotonicTime,
    into effects: inout [HomeEffect],
    _ event: (inout Note, inout [WriteLaneEffect], inout [RoomEffect]) -> Void
  ) {
    if notes[id] == nil {
      // An answer is awaited by a note that is not idle, and so not forgotten.
      guard let newEpoch else { return }
      let start = NotePosition(epoch: newEpoch, sequence: 0)
      notes[id] = Note(
        lane: WriteLane(waitingCountMax: rules.waitingCountMax, position: start),
        room: Room(accessLifetime: rules.accessLifetime))
    }
    guard let index = notes.index(forKey: id) else { return }
    let wasBusy = !notes.values[index].lane.isIdle
    event(&notes.values[index], &laneEffects, &roomEffects)
    let isBusy = !notes.values[index].lane.isIdle
    busyLaneCount += (isBusy ? 1 : 0) - (wasBusy ? 1 : 0)
    let roomWorkers = laneEffects.isEmpty ? [] : notes.values[index].room.workers
    noteIdleness(of: id, at: index, now)
    passOn(id, roomWorkers, into: &effects)
  }

  private mutating func noteIdleness(
    of id: NoteID, at index: Dictionary<NoteID, Note>.Index, _ now: MonotonicTime
  ) {
    let wasIdle = notes.values[index].idleSince != nil
    let isIdle = notes.values[index].isIdle
    idleCount += (isIdle ? 1 : 0) - (wasIdle ? 1 : 0)
    notes.values[index].idleSince = isIdle ? now : nil
    guard isIdle else { return }
    if !notes.values[index].isResting {
      notes.values[index].isResting = true
      resting.insert(id, at: now + rules.idleLifetime)
    }
    forgetIdle(at: now)
  }

  private mutating func passOn(
    _ note: NoteID, _ roomWorkers: [UInt16], into effects: inout [HomeEffect]
  ) {
    for effect in laneEffects {
      switch effect {
      case .request(let step, for: let write):
        effects.append(.request(step, for: write))
      case .answer(let writer, let result):
        effects.append(.answerWriter(writer, result))
      case .announce(let announcement):
        effects.append(.announce(announcement, of: note, roomWorkers: roomWorkers))
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
