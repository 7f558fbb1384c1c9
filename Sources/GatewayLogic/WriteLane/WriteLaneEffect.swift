package import GatewayTypes

/// What a lane wants done, in this order, by the worker that is its note's home.
package enum WriteLaneEffect: Hashable, Sendable {
  /// Send this to the upstream in the write's name, and tell the lane by `upstreamAnswered`.
  case request(UpstreamStep, for: Write)
  /// Tell the writer how it ended.
  case answer(Writer, WriteResult)
  /// The upstream has said yes: tell the others.
  case announce(Announcement)
}

/// One request to the upstream in the course of a write.
package enum UpstreamStep: Hashable, Sendable {
  /// `GET note`: is the note to be created there already?
  case look
  case update(changes: JSONText)
  case create(noteData: JSONText)
  case delete
}

/// What others hear of an accepted write.
package enum Announcement: Hashable, Sendable {
  case updated(changes: JSONText, updatedNote: JSONText, at: WallTime, NotePosition, by: Writer)
  case created(noteData: JSONText, at: WallTime, by: Writer)
  /// To the user's devices and everybody in the room, who are out of it then.
  case deleted(at: WallTime, by: Writer)
  /// The note was gone before: to the user's own devices only.
  case alreadyDeleted(at: WallTime, by: Writer)
}
