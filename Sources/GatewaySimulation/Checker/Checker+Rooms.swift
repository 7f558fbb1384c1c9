import GatewayLogic
import GatewayTypes

/// What is known of who may hear of a note, and where it stands.
struct RoomRecord {
  /// When the gateway last heard that the upstream shows a user the note, and no other answer
  /// since.
  var shownAt: [UserID: MonotonicTime] = [:]
  /// How often the upstream said that it was deleted.
  var deletionCount = 0
  /// Where the last sync stands.
  var latest: NotePosition?
}

/// What is announced, and who may hear of it.
extension Checker {
  /// The upstream has said whether a user may see a note. What was asked before the note was
  /// deleted is about another one.
  func replied(to join: JoinRequest, _ reply: UpstreamReply, deletionCount: Int) {
    guard case .answered(status: let status, _, _) = reply,
      rooms[join.note, default: RoomRecord()].deletionCount == deletionCount
    else { return }
    rooms[join.note, default: RoomRecord()].shownAt[join.user] = status == 200 ? now : nil
  }

  func deletionCount(of question: UpstreamCall.Question) -> Int {
    guard case .check(let join) = question else { return 0 }
    return rooms[join.note]?.deletionCount ?? 0
  }

  /// A connection is let in.
  func admitted(_ request: JoinRequest, at position: NotePosition) {
    let room = rooms[request.note, default: RoomRecord()]
    guard let shownAt = room.shownAt[request.user],
      now - shownAt <= conditions.homeRules.accessLifetime
    else { return fail("\(request.user.text) is let into \(request.note.text) unasked") }
    let isRight =
      room.latest.map { $0.epoch == position.epoch ? $0 == position : position.sequence == 0 }
      ?? (position.sequence == 0)
    if !isRight { fail("\(request.note.text) does not stand at \(position.words)") }
    connections[request.connection]?.admissions.append(
      HistoryKey(note: request.note, position: position))
  }

  /// Which acceptance an announcement is of. Two can be alike: a client makes a note by REST, and
  /// says so on the connection that it leaves out before its worker has the answer. What is owed
  /// comes first then, and a request whose worker can't know yet comes last.
  private func index(of key: AcceptedKey, by author: Author) -> Int? {
    let alike = unannounced[key, default: []].enumerated().filter { $0.element.author == author }
    let first =
      alike.first { $0.element.ticket.map { watched[$0]?.isOwed == true } == true }
      ?? alike.first { $0.element.ticket == nil } ?? alike.first
    return first?.offset
  }

  /// An accepted write is about to be told. Returns its number, 1 and up.
  func announced(_ announcement: Announcement, of resource: Resource) -> Int {
    let (kind, body, author) = Checker.parts(of: announcement)
    let key = AcceptedKey(kind: kind, resource: resource, body: body)
    guard let index = index(of: key, by: author),
      var acceptance = unannounced[key]?.remove(at: index)
    else {
      fail("\(kind) \(resource.words) is announced and was not accepted, or is announced again")
      return 0
    }
    if case .updated(let changes, _, _, _, _) = announcement { acceptance.changes = changes }
    noteRecent(kind, acceptance, resource)
    if let ticket = acceptance.ticket {
      watched[ticket]?.isOwed = false
      announcedRequestCount += 1
    }
    // A creation by REST has no turn, and may be overtaken.
    if let body, kind != .created || acceptance.ticket == nil { checkOrder(of: body, resource) }
    if case .updated(_, _, _, let position, _) = announcement, case .note(let note) = resource,
      let body
    {
      rooms[note, default: RoomRecord()].latest = position
      if histories.updateValue(body, forKey: HistoryKey(note: note, position: position)) != nil {
        fail("\(position.words) of \(note.text) comes twice")
      }
    }
    announcements.append(
      AnnouncementRecord(
        resource: resource, listeners: listeners(to: announcement, resource),
        isProxied: acceptance.ticket != nil))
    return announcements.count
  }

  /// Whether the announcement of this number was made by REST.
  func isProxied(_ number: Int) -> Bool {
    announcements.indices.contains(number - 1) && announcements[number - 1].isProxied
  }

  private static func parts(
    of announcement: Announcement
  ) -> (AcceptedKey.Kind, JSONText?, Author) {
    switch announcement {
    case .updated(_, to: let body, _, _, by: let author): (.updated, body, author)
    case .created(let body, _, by: let author): (.created, body, author)
    case .deleted(_, by: let author): (.deleted, nil, author)
    case .alreadyDeleted(_, by: let author): (.gone, nil, author)
    }
  }

  /// What is announced has the order of the upstream's log.
  private func checkOrder(of body: JSONText, _ resource: Resource) {
    guard let version = Checker.version(in: body) else {
      return fail("something of \(resource.words) is announced that the upstream never said")
    }
    let last = lanes[resource]?.lastVersion ?? 0
    if version < last { fail("\(resource.words) is told in another order than the upstream's") }
    lanes[resource, default: LaneRecord()].lastVersion = version
  }

  /// The number at the end of what `upstreamBody` makes.
  private static func version(in body: JSONText) -> Int? {
    let digits = body.bytes.dropLast().reversed().prefix { 0x30...0x39 ~= $0 }
    return Int(String(decoding: digits.reversed(), as: UTF8.self))
  }

  /// The user's own connections, for all but updates of notes, which go to the room: who is in it
  /// would notice a gap.
  private func listeners(
    to announcement: Announcement, _ resource: Resource
  ) -> [ConnectionID] {
    if case .updated = announcement, case .note = resource, !conditions.syncsGoToUser { return [] }
    let writer = Checker.parts(of: announcement).2
    return connections.keys.filter { id in
      let record = connections[id]
      return record?.user == writer.user && record?.isClosing == false && id != writer.connection
    }
  }
}
