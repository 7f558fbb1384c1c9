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
  /// It is this one's turn: pass it on to the upstream, and tell the lane by `proxiedEnded`.
  case go(ProxiedWrite)
  /// Too many wait: its client is told so, and it is over.
  case refuse(ProxiedWrite)
  /// Ask the upstream what is there, in this write's name, and tell the lane by `upstreamAnswered`.
  case look(for: ProxiedWrite)
  /// Tell the lane, by `compared`, whether changes are the same as JSON values: those of a proxied
  /// write, and those of a message.
  case compare(proxied: JSONText, said: JSONText)
  /// An event of the API's own was announced: tell the one who asked where the lane stands.
  case published(Publication, NotePosition)
}

/// One request to the upstream in the course of a write.
package enum UpstreamStep: Hashable, Sendable {
  /// `GET`: what is there?
  case look
  case update(changes: JSONText)
  case create(data: JSONText)
  case delete
}

/// Whose write it was, for those who hear of it.
package struct Author: Hashable, Sendable {
  package let user: UserID
  /// The connection that hears no sync, if it is this user's: it knows already.
  package let connection: ConnectionID?
  /// Whose devices hear of what goes to a user's devices.
  package let devicesOf: UserID

  /// `devicesOf` is somebody else where the API says so; nil is `user`.
  package init(user: UserID, connection: ConnectionID?, devicesOf: UserID? = nil) {
    self.user = user
    self.connection = connection
    self.devicesOf = devicesOf ?? user
  }
}

extension Writer {
  package var author: Author { Author(user: user, connection: connection) }
}

/// What others hear of an accepted write.
package enum Announcement: Hashable, Sendable {
  /// The position means something for a note only.
  case updated(changes: JSONText, to: JSONText, at: WallTime, NotePosition, by: Author)
  case created(JSONText, at: WallTime, by: Author)
  /// To the user's devices and everybody in the room, who are out of it then.
  case deleted(at: WallTime, by: Author)
  /// It was gone before: to the user's own devices only.
  case alreadyDeleted(at: WallTime, by: Author)
}
