package import GatewayTypes

/// A connection's wish to hear of a note.
package struct JoinRequest: Hashable, Sendable {
  package let note: NoteID
  package let user: UserID
  /// Sent to the upstream, which decides whether this user may see the note.
  package let token: BearerToken
  package let connection: ConnectionID
  package let operation: OperationID

  package init(
    note: NoteID, user: UserID, token: BearerToken, connection: ConnectionID,
    operation: OperationID
  ) {
    self.note = note
    self.user = user
    self.token = token
    self.connection = connection
    self.operation = operation
  }
}

/// How a join ended.
package enum JoinResult: Hashable, Sendable {
  /// In; everything behind this position is going to be heard.
  case admitted(NotePosition)
  /// Without the note's and the request's names, which the session knows.
  case refused(ErrorReport)
}
