package import GatewayTypes

/// One change to a note on its way to the upstream.
package struct Write: Hashable, Sendable {
  package enum Change: Hashable, Sendable {
    /// A JSON object with at least one member.
    case update(changes: JSONText)
    /// A JSON object whose `id` is the note's.
    case create(noteData: JSONText)
    case delete
  }

  package let note: NoteID
  package let change: Change
  package let writer: Writer

  package init(note: NoteID, change: Change, writer: Writer) {
    self.note = note
    self.change = change
    self.writer = writer
  }
}

/// Who asks for a write, and where the answer goes.
package struct Writer: Hashable, Sendable {
  package let user: UserID
  /// Sent to the upstream as the writer's identity.
  package let token: BearerToken
  package let connection: ConnectionID
  package let operation: OperationID

  package init(
    user: UserID, token: BearerToken, connection: ConnectionID, operation: OperationID
  ) {
    self.user = user
    self.token = token
    self.connection = connection
    self.operation = operation
  }
}

/// How a write ended, for its writer.
package enum WriteResult: Hashable, Sendable {
  case updated(updatedNote: JSONText, at: WallTime, NotePosition)
  case created(noteData: JSONText, at: WallTime)
  case deleted(at: WallTime)
  /// Without the note's and the request's names, which the session knows.
  case refused(ErrorReport)
}

/// How the upstream answered, as far as logic needs to know.
package enum UpstreamReply: Hashable, Sendable {
  /// `json` is the body where that is one JSON value, without the white space around it; `message`
  /// the upstream's own words for people, where a refusal has short ones.
  case answered(status: Int, json: JSONText?, message: String?)
  case failed(UpstreamFailure)
}
