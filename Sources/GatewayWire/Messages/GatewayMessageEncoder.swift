package import GatewayTypes

/// Makes the text of a message to a client, in the frame that carries it.
///
/// Members stand in the order in which PROTOCOL.md, "Gateway to client", shows them, `requestId`
/// last. One allocation a message, of exactly the size of the frame.
package enum GatewayMessageEncoder {
  /// The frame that carries `message`.
  package static func frame(of message: GatewayMessage) -> EncodedFrame {
    var counted = JSONSize()
    counted.write(message)
    return EncodedFrame(textSize: counted.size) { $0.write(message) }
  }

  /// The JSON text of `message`, in UTF-8.
  package static func text(of message: GatewayMessage) -> [UInt8] {
    var text: [UInt8] = []
    text.write(message)
    return text
  }
}

extension JSONOutput {
  fileprivate mutating func write(_ message: GatewayMessage) {
    switch message {
    case .connectionEstablished(let connection):
      writeConnectionEstablished(connection)
    case .authSuccess(let user, let expiresAt, let connection, let secret, let requestID):
      writeAuthSuccess(user, expiresAt, connection, secret, requestID)
    case .authFailed(let failure, let requestID):
      writeAuthFailed(failure, requestID)
    case .noteJoined(let note, let position, let requestID):
      writeNoteJoined(note, position, requestID)
    case .noteLeft(let note, let requestID):
      writeNoteLeft(note, requestID)
    case .noteUpdateSuccess(let note, let updatedNote, let time, let position, let requestID):
      writeNoteUpdateSuccess(note, updatedNote, time, position, requestID)
    case .noteCreatedSuccess(let noteData, let time, let requestID):
      writeNoteCreatedSuccess(noteData, time, requestID)
    case .noteDeletedSuccess(let note, let time, let requestID):
      writeNoteDeletedSuccess(note, time, requestID)
    case .noteSync(let note, let changes, let updatedNote, let time, let user, let position):
      writeNoteSync(note, changes, updatedNote, time, user, position)
    case .noteCreatedSync(let noteData, let time, let user):
      writeNoteCreatedSync(noteData, time, user)
    case .noteDeletedSync(let note, let time, let user):
      writeNoteDeletedSync(note, time, user)
    case .folderCreatedSuccess(let folderData, let time, let requestID):
      writeFolderCreatedSuccess(folderData, time, requestID)
    case .folderUpdatedSuccess(let folder, let updatedFolder, let time, let requestID):
      writeFolderUpdatedSuccess(folder, updatedFolder, time, requestID)
    case .folderDeletedSuccess(let folder, let time, let requestID):
      writeFolderDeletedSuccess(folder, time, requestID)
    case .folderCreatedSync(let folderData, let time, let user):
      writeFolderCreatedSync(folderData, time, user)
    case .folderUpdatedSync(let folder, let changes, let updatedFolder, let time, let user):
      writeFolderUpdatedSync(folder, changes, updatedFolder, time, user)
    case .folderDeletedSync(let folder, let time, let user):
      writeFolderDeletedSync(folder, time, user)
    case .goingAway(let reconnectAfter):
      writeGoingAway(reconnectAfter)
    case .pong(let time, let requestID):
      writePong(time, requestID)
    case .error(let report):
      writeError(report)
    }
  }
}

// MARK: About the connection

extension JSONOutput {
  private mutating func writeConnectionEstablished(_ connection: ConnectionID) {
    open(type: "connection_established")
    member("message", string: "Please authenticate to continue")
    member("connectionId", string: connection.description)
    close()
  }

  private mutating func writeAuthSuccess(
    _ user: UserID, _ expiresAt: WallTime, _ connection: ConnectionID,
    _ secret: SessionSecret?, _ requestID: RequestID?
  ) {
    open(type: "auth_success")
    member("message", string: "Authentication successful")
    member("userId", string: user.text)
    member("expiresAt", number: expiresAt.milliseconds)
    member("connectionId", string: connection.description)
    if let secret { member("sessionSecret", string: secret.text) }
    close(requestID)
  }

  private mutating func writeAuthFailed(_ failure: AuthenticationFailure, _ requestID: RequestID?) {
    open(type: "auth_failed")
    switch failure {
    case .failed: member("message", string: "Authentication failed")
    case .expired: member("message", string: "Token expired")
    }
    member("reason", string: failure.rawValue)
    close(requestID)
  }

  private mutating func writeGoingAway(_ reconnectAfter: Duration) {
    open(type: "going_away")
    member("message", string: "The gateway is going away. Please reconnect later.")
    member("reconnectAfter", number: max(0, reconnectAfter.wholeMilliseconds))
    close()
  }

  private mutating func writePong(_ time: WallTime, _ requestID: RequestID?) {
    open(type: "pong")
    member("timestamp", number: time.milliseconds)
    close(requestID)
  }

  private mutating func writeError(_ report: ErrorReport) {
    open(type: "error")
    member("message", string: report.message)
    member("code", string: report.code.rawValue)
    if let note = report.noteID { member("noteId", string: note.text) }
    if let status = report.status { member("status", number: status) }
    if report.isOutcomeUnknown { member("outcome", string: "unknown") }
    if let wait = report.retryAfter {
      // Rounded up: earlier it would be refused again.
      member("retryAfter", number: (wait + .nanoseconds(999_999)).wholeMilliseconds)
    }
    close(report.requestID)
  }
}

// MARK: Answers

extension JSONOutput {
  private mutating func writeNoteJoined(
    _ note: NoteID, _ position: NotePosition, _ requestID: RequestID?
  ) {
    open(type: "note_joined")
    member("noteId", string: note.text)
    member("message", string: "Successfully joined note for real-time sync")
    members(of: position)
    close(requestID)
  }

  private mutating func writeNoteLeft(_ note: NoteID, _ requestID: RequestID?) {
    open(type: "note_left")
    member("noteId", string: note.text)
    close(requestID)
  }

  private mutating func writeNoteUpdateSuccess(
    _ note: NoteID, _ updatedNote: JSONText, _ time: WallTime, _ position: NotePosition,
    _ requestID: RequestID?
  ) {
    open(type: "note_update_success")
    member("noteId", string: note.text)
    member("updatedNote", json: updatedNote)
    member("timestamp", number: time.milliseconds)
    members(of: position)
    close(requestID)
  }

  private mutating func writeNoteCreatedSuccess(
    _ noteData: JSONText, _ time: WallTime, _ requestID: RequestID?
  ) {
    open(type: "note_created_success")
    member("noteData", json: noteData)
    member("timestamp", number: time.milliseconds)
    close(requestID)
  }

  private mutating func writeNoteDeletedSuccess(
    _ note: NoteID, _ time: WallTime, _ requestID: RequestID?
  ) {
    open(type: "note_deleted_success")
    member("noteId", string: note.text)
    member("timestamp", number: time.milliseconds)
    close(requestID)
  }
}

// MARK: Syncs

extension JSONOutput {
  private mutating func writeNoteSync(
    _ note: NoteID, _ changes: JSONText, _ updatedNote: JSONText, _ time: WallTime,
    _ user: UserID, _ position: NotePosition
  ) {
    open(type: "note_sync")
    member("noteId", string: note.text)
    member("changes", json: changes)
    member("updatedNote", json: updatedNote)
    member("timestamp", number: time.milliseconds)
    member("fromUserId", string: user.text)
    members(of: position)
    close()
  }

  private mutating func writeNoteCreatedSync(
    _ noteData: JSONText, _ time: WallTime, _ user: UserID
  ) {
    open(type: "note_created_sync")
    member("noteData", json: noteData)
    member("timestamp", number: time.milliseconds)
    member("fromUserId", string: user.text)
    close()
  }

  private mutating func writeNoteDeletedSync(_ note: NoteID, _ time: WallTime, _ user: UserID) {
    open(type: "note_deleted_sync")
    member("noteId", string: note.text)
    member("timestamp", number: time.milliseconds)
    member("fromUserId", string: user.text)
    close()
  }
}

// MARK: Members

extension JSONOutput {
  mutating func open(type: String) {
    append(verbatim: "{\"type\":\"")
    append(verbatim: type)
    append(verbatim: "\"")
  }

  mutating func close(_ requestID: RequestID? = nil) {
    if let requestID { member("requestId", json: requestID.json) }
    append(verbatim: "}")
  }

  mutating func name(_ name: String) {
    append(verbatim: ",\"")
    append(verbatim: name)
    append(verbatim: "\":")
  }

  mutating func member(_ name: String, string text: String) {
    self.name(name)
    append(verbatim: "\"")
    append(escaped: text)
    append(verbatim: "\"")
  }

  mutating func member(_ name: String, json: JSONText) {
    self.name(name)
    append(verbatim: json.bytes)
  }

  mutating func member(_ name: String, number: some BinaryInteger) {
    self.name(name)
    append(verbatim: String(number))
  }

  mutating func members(of position: NotePosition) {
    name("epoch")
    append(verbatim: "\"")
    append(hexadecimal: position.epoch.number)
    append(verbatim: "\"")
    member("seq", number: position.sequence)
  }
}
