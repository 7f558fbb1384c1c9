/// One message of a client, read and found to be well formed.
///
/// Source: PROTOCOL.md, "Client to gateway".
package struct ClientMessage: Hashable, Sendable {
  package let requestID: RequestID?
  package let request: ClientRequest

  package init(requestID: RequestID? = nil, _ request: ClientRequest) {
    self.requestID = requestID
    self.request = request
  }
}

/// What a client asks for.
package enum ClientRequest: Hashable, Sendable {
  case authenticate(BearerToken)
  case joinNote(NoteID)
  case leaveNote(NoteID)
  case change(Resource, Change)
  case ping
}

/// What is to become of a note or a folder.
package enum Change: Hashable, Sendable {
  /// `changes` is a JSON object with at least one member.
  case update(changes: JSONText)
  /// Nothing is to be written, but the others are to have what the upstream has now. `changes` is
  /// an empty JSON object.
  case refresh(changes: JSONText)
  /// `data` is a JSON object.
  case create(data: JSONText)
  case delete
}

/// Why a text is not a message of a client; all that the `error` answer needs.
package struct ClientMessageError: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Not JSON, not an object, no string `type`.
    case invalidJSON
    /// A field is missing, mistyped or out of range.
    case invalidMessage
    case unknownType
  }

  package let kind: Kind
  /// Which field and why, for people. Never holds what the client sent.
  package let reason: String
  /// The message's `noteId`, where it has a valid one.
  package let noteID: NoteID?
  /// The message's `requestId`, where it has a valid one.
  package let requestID: RequestID?

  package init(
    _ kind: Kind, reason: String, noteID: NoteID? = nil, requestID: RequestID? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.noteID = noteID
    self.requestID = requestID
  }
}
