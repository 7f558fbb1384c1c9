package import GatewayTypes

/// What a lane wants done, in this order, by the worker that is its home.
package enum WriteLaneEffect: Hashable, Sendable {
  /// Send this to the upstream in the write's name, and tell the lane by `upstreamAnswered`.
  case request(UpstreamStep, for: Write)
  /// Tell the writer how it ended.
  case answer(Writer, WriteResult)
  /// The write waits aside until its connection has another token: tell the session by `setAside`,
  /// which tells the lane by `renewed` or `withdrawn`. With `isRefused` it was the upstream that
  /// did not accept the token, and the session may not know yet.
  case aside(Writer, isRefused: Bool)
  /// The upstream has said yes: tell the others.
  case announce(Announcement)
}

/// One request to the upstream in the course of a write.
package enum UpstreamStep: Hashable, Sendable {
  /// `GET`: what is there?
  case look
  case update(changes: JSONText)
  case create(data: JSONText)
  case delete
}

/// What others hear of an accepted write.
package enum Announcement: Hashable, Sendable {
  /// The position means something for a note only.
  case updated(changes: JSONText, to: JSONText, at: WallTime, NotePosition, by: Writer)
  case created(JSONText, at: WallTime, by: Writer)
  /// To the user's devices and everybody in the room, who are out of it then.
  case deleted(at: WallTime, by: Writer)
  /// It was gone before: to the user's own devices only.
  case alreadyDeleted(at: WallTime, by: Writer)
}
