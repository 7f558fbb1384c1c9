package import GatewayTypes

/// Who hears what among the connections of one worker: the members of its part of every room, and
/// the connections of its users, by their slots.
///
/// What it returns is to be said to the home of the note that it is about.
/// Source: PROTOCOL.md, "What is persisted, and who hears of it"; DESIGN.md, 2.
package struct Readers {
  private let worker: UInt16
  private var members = RoomMembers()
  private var users = UserConnections()

  package init(worker: UInt16) {
    self.worker = worker
  }

  /// Rooms and users that have somebody here.
  package var roomCount: Int { members.roomCount }
  package var userCount: Int { users.userCount }
  /// Members of all rooms, each as often as the rooms it is in.
  package var memberCount: Int { members.memberCount }

  /// A connection is this user's from now on.
  package mutating func identified(_ slot: UInt32, as user: UserID) {
    users.insert(slot, for: user)
  }

  /// The home has answered a join. `isEntering` is false when the connection is in already or has
  /// gone; the room is owed its grant all the same.
  package mutating func joinAnswered(
    _ result: JoinResult, to request: JoinRequest, isEntering: Bool
  ) -> HomeMessage? {
    guard case .admitted = result else { return nil }
    let slot = isEntering ? request.connection.slot : nil
    return emptied(request.note, members.admitted(slot, to: request.note))
  }

  /// A member leaves a room.
  package mutating func leave(_ note: NoteID, _ slot: UInt32) -> HomeMessage? {
    emptied(note, members.leave(slot, note))
  }

  /// The connection of a session hears of nothing any more. Harmless to repeat.
  package mutating func leaveEverything(
    _ session: Session, into messages: inout [HomeMessage]
  ) {
    let slot = session.connection.slot
    for note in session.rooms {
      if let message = leave(note, slot) { messages.append(message) }
    }
    if let user = session.user { users.remove(slot, of: user) }
  }

  /// Who hears what is for `audience`, each once.
  package mutating func reached(by audience: Audience) -> Reached {
    switch audience {
    case .room(let note):
      return Reached(slots: members.slots(of: note))
    case .user(let user):
      return Reached(slots: users.slots(of: user))
    case .userAndRoom(let user, let note):
      return Reached(slots: union(members.slots(of: note), user))
    case .userAndDissolvedRoom(let user, let note):
      guard let (inRoom, grantCount) = members.dissolve(note) else {
        return Reached(slots: users.slots(of: user))
      }
      return Reached(
        slots: union(inRoom, user), dissolved: inRoom, message: emptied(note, grantCount))
    }
  }

  package struct Reached {
    package let slots: ContiguousArray<UInt32>
    /// Those among them that were in a room that is no more: their sessions are to be told.
    package var dissolved: ContiguousArray<UInt32> = []
    package var message: HomeMessage?
  }

  /// The members of a room and the connections of a user.
  private func union(
    _ inRoom: ContiguousArray<UInt32>, _ user: UserID
  ) -> ContiguousArray<UInt32> {
    let ofUser = users.slots(of: user)
    guard !inRoom.isEmpty else { return ofUser }
    // A user has a few connections, a room may have thousands.
    return inRoom + ofUser.filter { !inRoom.contains($0) }
  }

  private func emptied(_ note: NoteID, _ grantCount: Int?) -> HomeMessage? {
    grantCount.map { .emptied(note, worker: worker, grantCount: $0) }
  }
}
