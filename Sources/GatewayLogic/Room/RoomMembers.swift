package import GatewayTypes

/// The members of all rooms among the connections of one worker.
///
/// A member is a slot of the worker's connection table, which leaves its rooms before the slot is
/// used again. Members of a room lie side by side, in no order that means anything.
package struct RoomMembers {
  private struct Local {
    var slots: ContiguousArray<UInt32> = []
    /// Admissions since the room was last empty here, to be handed back to the note's home.
    var grantCount = 0

    mutating func removeMember(at index: Int) {
      slots.swapAt(index, slots.count - 1)
      slots.removeLast()
    }
  }

  private var rooms: [NoteID: Local] = [:]

  package init() {}

  /// Rooms that have a member here.
  package var roomCount: Int { rooms.count }

  /// Members of all of them, each as often as the rooms it is in.
  package var memberCount: Int { rooms.values.reduce(0) { $0 + $1.slots.count } }

  /// The slots of a room's members, none for a room that has no member here.
  package func slots(of note: NoteID) -> ContiguousArray<UInt32> {
    rooms[note]?.slots ?? []
  }

  /// An admission has arrived from the note's home. `entering` is the connection's slot, or nil
  /// when it is in already or has gone. Returns the grants to hand back when nobody is in.
  package mutating func admitted(_ entering: UInt32?, to note: NoteID) -> Int? {
    // In place: a copy of the room at each admission costs more the more it has members.
    rooms[note, default: Local()].grantCount += 1
    if let entering { rooms[note]?.slots.append(entering) }
    return grantsIfEmpty(note)
  }

  /// A member leaves. Returns the grants to hand back when it was the last one.
  package mutating func leave(_ slot: UInt32, _ note: NoteID) -> Int? {
    guard let index = rooms[note]?.slots.firstIndex(of: slot) else { return nil }
    rooms[note]?.removeMember(at: index)
    return grantsIfEmpty(note)
  }

  /// The note is no more: everybody is out. Returns who was in, and the grants to hand back; nil
  /// when nobody was.
  package mutating func dissolve(
    _ note: NoteID
  ) -> (slots: ContiguousArray<UInt32>, grantCount: Int)? {
    guard let local = rooms.removeValue(forKey: note) else { return nil }
    return (local.slots, local.grantCount)
  }

  private mutating func grantsIfEmpty(_ note: NoteID) -> Int? {
    guard let local = rooms[note], local.slots.isEmpty else { return nil }
    rooms[note] = nil
    return local.grantCount
  }
}
