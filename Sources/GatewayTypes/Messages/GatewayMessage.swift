/// One message of the gateway to a client.
///
/// Source: PROTOCOL.md, "Gateway to client".
package enum GatewayMessage: Hashable, Sendable {
  case connectionEstablished(ConnectionID)
  /// `expiresAt` is the token's `exp`; `secret` is there with message signing on.
  case authSuccess(
    user: UserID, expiresAt: WallTime, connection: ConnectionID, secret: SessionSecret? = nil,
    requestID: RequestID?)
  case authFailed(AuthenticationFailure, requestID: RequestID?)
  case noteJoined(NoteID, NotePosition, requestID: RequestID?)
  case noteLeft(NoteID, requestID: RequestID?)
  case noteUpdateSuccess(
    NoteID, updatedNote: JSONText, at: WallTime, NotePosition, requestID: RequestID?)
  /// The answer to `note_created`; `noteData` is the upstream's.
  case noteCreatedSuccess(noteData: JSONText, at: WallTime, requestID: RequestID?)
  case noteDeletedSuccess(NoteID, at: WallTime, requestID: RequestID?)
  case noteSync(
    NoteID, changes: JSONText, updatedNote: JSONText, at: WallTime, from: UserID, NotePosition)
  case noteCreatedSync(noteData: JSONText, at: WallTime, from: UserID)
  case noteDeletedSync(NoteID, at: WallTime, from: UserID)
  /// The answer to `folder_created`; `folderData` is the upstream's.
  case folderCreatedSuccess(folderData: JSONText, at: WallTime, requestID: RequestID?)
  case folderUpdatedSuccess(
    FolderID, updatedFolder: JSONText, at: WallTime, requestID: RequestID?)
  case folderDeletedSuccess(FolderID, at: WallTime, requestID: RequestID?)
  case folderCreatedSync(folderData: JSONText, at: WallTime, from: UserID)
  case folderUpdatedSync(
    FolderID, changes: JSONText, updatedFolder: JSONText, at: WallTime, from: UserID)
  case folderDeletedSync(FolderID, at: WallTime, from: UserID)
  /// The gateway is going away; the client is to come back after this time, in milliseconds on the
  /// wire.
  case goingAway(reconnectAfter: Duration)
  case pong(at: WallTime, requestID: RequestID?)
  case error(ErrorReport)
}

/// Why a token did not authenticate its sender, as far as a client is told.
package enum AuthenticationFailure: String, Hashable, Sendable {
  case failed = "auth-failed"
  case expired = "token-expired"
}

/// Where in a note's history something stands: the `seq`th accepted write of an `epoch`.
///
/// A new epoch tells a client that it may have missed something.
package struct NotePosition: Hashable, Sendable {
  package let epoch: Epoch
  package let sequence: UInt64

  package init(epoch: Epoch, sequence: UInt64) {
    self.epoch = epoch
    self.sequence = sequence
  }
}

/// One unbroken history of a note, by a random number; on the wire 16 hexadecimal digits.
package struct Epoch: Hashable, Sendable, CustomStringConvertible {
  package let number: UInt64

  package init(number: UInt64) {
    self.number = number
  }

  package var description: String { hexadecimal(number, digits: 16) }
}

/// All that an `error` message says.
package struct ErrorReport: Hashable, Sendable {
  package let code: ErrorCode
  /// For people.
  package let message: String
  package var noteID: NoteID?
  package var requestID: RequestID?
  /// The upstream's HTTP status, with `upstream_rejected`.
  package var status: Int?
  /// The write may have been applied although it is reported as failed: `"outcome":"unknown"`.
  package var isOutcomeUnknown: Bool
  /// With `rate_limited`: when the next message would be taken.
  package var retryAfter: Duration?

  package init(
    _ code: ErrorCode, message: String? = nil, noteID: NoteID? = nil, requestID: RequestID? = nil,
    status: Int? = nil, isOutcomeUnknown: Bool = false, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message ?? code.defaultMessage
    self.noteID = noteID
    self.requestID = requestID
    self.status = status
    self.isOutcomeUnknown = isOutcomeUnknown
    self.retryAfter = retryAfter
  }
}
