import GatewayLogic
import GatewayTypes

/// What connections hear of others: only what was accepted, once, in order, without a gap.
extension Checker {
  /// A connection hears an announcement, which has the number `announcement`; 0 for none.
  func heard(_ message: GatewayMessage, on id: ConnectionID, _ announcement: Int) {
    syncCount += 1
    guard let record = connections[id], !record.isClosing else {
      return fail("a connection that is closed hears \(message.words)")
    }
    if connections[id]?.announcements.insert(announcement).inserted != true {
      fail("a connection hears \(message.words) twice")
    }
    switch message {
    case .noteSync(let note, _, let body, _, let user, let position):
      expectAccepted([.updated], .note(note), body, from: user, to: id)
      heardUpdate(of: note, position, body, from: user, record, on: id)
    case .noteCreatedSync(let body, _, let user):
      expectAccepted([.created], resource(announcement), body, from: user, to: id)
      expectOwn(record, user)
    case .noteDeletedSync(let note, _, let user):
      expectAccepted([.deleted, .gone], .note(note), nil, from: user, to: id)
      if record.joined[note] == nil { expectOwn(record, user) }
    case .folderCreatedSync(let body, _, let user):
      expectAccepted([.created], resource(announcement), body, from: user, to: id)
      expectOwn(record, user)
    case .folderUpdatedSync(let folder, _, let body, _, let user):
      expectAccepted([.updated], .folder(folder), body, from: user, to: id)
      expectOwn(record, user)
    case .folderDeletedSync(let folder, _, let user):
      expectAccepted([.deleted, .gone], .folder(folder), nil, from: user, to: id)
      expectOwn(record, user)
    default:
      fail("a connection hears \(message.words) of another one")
    }
  }

  /// A worker has sent something to a connection that is not there any more.
  func reachedNobody(_ message: GatewayMessage) {
    fail("a connection that has gone hears \(message.words)")
  }

  private func resource(_ announcement: Int) -> Resource? {
    announcements.indices.contains(announcement - 1)
      ? announcements[announcement - 1].resource : nil
  }

  /// The upstream has said yes to `user`, and the writer is not the one that hears.
  private func expectAccepted(
    _ kinds: [AcceptedKey.Kind], _ resource: Resource?, _ body: JSONText?, from user: UserID,
    to id: ConnectionID
  ) {
    guard let resource else { return fail("something is heard that was never announced") }
    let writers = kinds.flatMap {
      accepted[AcceptedKey(kind: $0, resource: resource, body: body)] ?? []
    }
    let authors = writers.map(\.author).filter { $0.user == user }
    if authors.isEmpty {
      fail("something of \(resource.words) is heard that was not accepted")
    } else if authors.allSatisfy({ $0.connection == id && connections[id]?.user == user }) {
      fail("the writer hears of its own write to \(resource.words)")
    }
  }

  /// A connection does not hear an announcement because its author has left it out.
  func spared(_ message: GatewayMessage, on id: ConnectionID, _ announcement: Int) {
    guard isProxied(announcement) else { return }
    // A writer by message goes on with its answer.
    if case .noteSync(let note, _, _, _, _, let position) = message {
      follow(note, position, on: id)
    }
  }

  private func expectOwn(_ record: ConnectionRecord, _ user: UserID) {
    if record.user != user { fail("\(user.text)'s sync is heard by somebody else") }
  }

  private func heardUpdate(
    of note: NoteID, _ position: NotePosition, _ body: JSONText, from user: UserID,
    _ record: ConnectionRecord, on id: ConnectionID
  ) {
    checkHistory(note, position, body)
    let isForUser = conditions.syncsGoToUser && record.user == user
    if record.joined[note] == nil, !isForUser {
      fail("a connection hears of \(note.text), which it has not joined")
    }
    follow(note, position, on: id)
  }

  /// Everybody is told the same of a place in a note's history.
  func checkHistory(_ note: NoteID, _ position: NotePosition, _ body: JSONText) {
    if histories[HistoryKey(note: note, position: position)] != body {
      fail("\(position.words) of \(note.text) is not what was announced")
    }
  }

  /// The client goes on to `position`: by one if it has joined the note, forwards if not.
  func follow(_ note: NoteID, _ position: NotePosition, on id: ConnectionID) {
    guard let record = connections[id] else { return }
    if let last = record.joined[note] {
      if last.epoch != position.epoch || last.sequence + 1 != position.sequence {
        fail("a connection in \(note.text) goes from \(last.words) to \(position.words)")
      }
      connections[id]?.joined[note] = position
    }
    if let last = record.heard[note], last.epoch == position.epoch,
      last.sequence >= position.sequence
    {
      fail("a connection goes back in \(note.text), from \(last.words) to \(position.words)")
    }
    connections[id]?.heard[note] = position
  }

  // MARK: At rest

  /// Whether all that clients and lanes have taken in is answered, as far as they are there.
  var isNobodyWaiting: Bool {
    connections.values.allSatisfy { $0.isClosing || $0.unanswered.isEmpty }
      && !lanes.values.contains(where: hasWork)
      && watched.values.allSatisfy(\.isOver)
  }

  /// Whether a lane has something left to do. A worker that has come to its end is not told any
  /// more that nobody comes back for what waits for a token.
  private func hasWork(_ lane: LaneRecord) -> Bool {
    isDraining ? lane.items.contains { !$0.isAside } : !lane.items.isEmpty
  }

  /// What was accepted was announced, and nobody waits for a turn.
  func checkAtRest() {
    if watched.values.contains(where: { !$0.isOver }) { fail("a request waits for ever") }
    if watched.values.contains(where: \.isOwed) {
      fail("a request was accepted, and nobody has heard of it")
    }
    if lanes.values.contains(where: hasWork) { fail("a write waits for ever") }
  }

  /// All is answered, and everybody who is in a room knows all of it.
  func checkAtRest(_ session: Session) {
    guard let record = connections[session.connection], !record.isClosing else { return }
    if !record.unanswered.isEmpty || session.unansweredCount > 0 {
      fail("a request waits for ever: \(record.unanswered.map(\.request.words))")
    }
    if Set(record.joined.keys) != session.rooms {
      fail("a client and its session do not agree on what it has joined")
    }
    for note in session.rooms.sorted(by: { $0.text < $1.text }) {
      guard let position = record.joined[note], let latest = rooms[note]?.latest else { continue }
      if latest.epoch == position.epoch ? latest != position : position.sequence > 0 {
        fail("a connection in \(note.text) has missed something")
      }
    }
    for (index, announcement) in announcements.enumerated()
    where announcement.listeners.contains(session.connection) {
      if !record.announcements.contains(index + 1) {
        fail("a connection has missed something of \(announcement.resource.words)")
      }
    }
  }
}
