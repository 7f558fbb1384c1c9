package import GatewayTypes

/// Reads what a client sent: one text message becomes one `ClientMessage`.
///
/// jansson decides what is JSON; values that pass through are cut out of the message as they stand.
/// Source: PROTOCOL.md, "Client to gateway".
package struct ClientMessageParser: Sendable {
  /// The most bytes that a token may have.
  package static let tokenSizeMax = 16 * 1024

  /// `upstream.updatable_fields`: the members that `changes` of a note may have, the others being
  /// dropped; empty for all.
  package let updatableFields: [String]
  /// `authentication.message_signing`: whether a message may come in a signed envelope.
  package let opensEnvelopes: Bool

  package init(updatableFields: [String] = [], opensEnvelopes: Bool = false) {
    self.updatableFields = updatableFields
    self.opensEnvelopes = opensEnvelopes
  }

  /// Reads one whole text message, in an envelope or not. `text` is not kept.
  package func parse(
    _ text: UnsafeRawBufferPointer
  ) throws(ClientMessageError) -> ClientText {
    let fields: ClientMessageFields
    do {
      fields = try ClientMessageFields(text)
    } catch {
      throw ClientMessageError(error.kind, reason: error.reason)
    }
    if opensEnvelopes, fields.isEnvelope { return .signed(try open(fields)) }
    return .message(try message(of: fields))
  }

  /// Reads one whole text message, in an envelope or not.
  package func parse(_ text: [UInt8]) throws(ClientMessageError) -> ClientText {
    try text.withUnsafeBufferPointer { (text) throws(ClientMessageError) in
      try parse(UnsafeRawBufferPointer(text))
    }
  }

  /// The message that `fields` are those of.
  func message(of fields: ClientMessageFields) throws(ClientMessageError) -> ClientMessage {
    do {
      let request = try request(of: fields)
      return ClientMessage(requestID: try fields.requestID(), request)
    } catch {
      throw ClientMessageError(error, answering: fields)
    }
  }

  private func request(
    of fields: ClientMessageFields
  ) throws(ClientFieldError) -> ClientRequest {
    guard let type = fields.type else { throw .invalidFormat }
    switch type {
    case "auth": return .authenticate(try ClientMessageParser.token(of: fields))
    case "join_note":
      try fields.refuse("since")
      return .joinNote(try fields.noteID())
    case "leave_note": return .leaveNote(try fields.noteID())
    case "note_update": return try noteUpdate(of: fields)
    case "note_created": return try ClientMessageParser.noteCreation(of: fields)
    case "note_deleted": return .change(.note(try fields.noteID()), .delete)
    case "folder_created": return try ClientMessageParser.folderCreation(of: fields)
    case "folder_updated": return try ClientMessageParser.folderUpdate(of: fields)
    case "folder_deleted": return .change(.folder(try fields.folderID()), .delete)
    case "ping": return .ping
    default:
      throw ClientFieldError(.unknownType, "Unknown message type")
    }
  }

  private static func token(of fields: ClientMessageFields) throws(ClientFieldError) -> BearerToken
  {
    let token = try fields.string("token")
    guard !token.isEmpty else { throw ClientFieldError("token must not be empty") }
    guard token.utf8.count <= tokenSizeMax else {
      throw ClientFieldError("token must have at most \(tokenSizeMax) bytes")
    }
    return BearerToken(token)
  }

  private func noteUpdate(
    of fields: ClientMessageFields
  ) throws(ClientFieldError) -> ClientRequest {
    try fields.refuse("ifVersion")
    let note = try fields.noteID()
    let (node, changes) = try fields.object("changes")
    guard node.memberCount > 0 else { throw .nothingToUpdate }
    return .change(.note(note), .update(changes: try updatable(changes)))
  }

  /// What of `changes` is to be written.
  private func updatable(_ changes: JSONText) throws(ClientFieldError) -> JSONText {
    guard !updatableFields.isEmpty else { return changes }
    guard let kept = changes.keeping(members: updatableFields) else { throw .nothingToUpdate }
    return kept
  }

  private static func noteCreation(
    of fields: ClientMessageFields
  ) throws(ClientFieldError) -> ClientRequest {
    let (node, noteData) = try fields.object("noteData")
    let note = try ClientMessageFields.noteID(node["id"], named: "noteData.id")
    if fields.root["noteId"] != nil, try fields.noteID() != note {
      throw ClientFieldError("noteId must equal noteData.id")
    }
    return .change(.note(note), .create(data: noteData))
  }

  /// `folderData` may say another name or none: the upstream gives folders theirs.
  private static func folderCreation(
    of fields: ClientMessageFields
  ) throws(ClientFieldError) -> ClientRequest {
    let folder = try fields.folderID()
    let (_, folderData) = try fields.object("folderData")
    return .change(.folder(folder), .create(data: folderData))
  }

  /// `updatedFolder`, what the client takes the folder to be then, must be there; what counts is
  /// what the upstream says.
  private static func folderUpdate(
    of fields: ClientMessageFields
  ) throws(ClientFieldError) -> ClientRequest {
    let folder = try fields.folderID()
    let (node, changes) = try fields.object("changes")
    try fields.checkObject("updatedFolder")
    let isRefresh = node.memberCount == 0
    return .change(
      .folder(folder), isRefresh ? .refresh(changes: changes) : .update(changes: changes))
  }
}
