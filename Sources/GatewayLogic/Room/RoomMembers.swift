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
  }

  private var rooms: [NoteID: Local] = [:]

  package init() {}

  /// Rooms that have a member here.
  package var roomCount: Int { rooms.count }

  /// The slots of a room's members, none for a room that has no member here.
  package func slots(of note: NoteID) -> ContiguousArray<UInt32> {
    rooms[note]?.slots ?? []
  }

  /// An admission has arrived from the note's home. `entering` is the connection's slot, or nil when
  /// it is in already or has gone. Returns the grants to hand back when nobody is in.
  package mutating func admitted(_ entering: UInt32?, to note: NoteID) -> Int? {
    var local = rooms[note] ?? Local()
    local.grantCount += 1
    if let entering { local.slots.append(entering) }
    return keep(local, as: note)
  }

  /// A member leaves. Returns the grants to hand back when it was the last one.
  package mutating func leave(_ slot: UInt32, _ note: NoteID) -> Int? {
    guard var local = rooms[note], let index = local.slots.firstIndex(of: slot) else { return nil }
    // One reference, so that the removal is in place.
    rooms[note] = nil
    local.slots.swapAt(index, local.slots.count - 1)
    local.slots.removeLast()
    return keep(local, as: note)
  }

  private mutating func keep(_ local: Local, as note: NoteID) -> Int? {
    guard local.slots.isEmpty else {
      rooms[note] = local
      return nil
    }
    rooms[note] = nil
    return local.grantCount
  }
}
