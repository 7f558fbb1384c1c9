import GatewayTypes

/// The members of one client message, by what PROTOCOL.md allows in them.
///
/// Borrows the bytes of the message, which must outlive it.
struct ClientMessageFields {
  /// Any JSON value: a value that is not an object has no members.
  let root: JSONNode
  private let source: JSONSlice

  /// Reads `text` twice: jansson's values decide, the scanner's are cut out. It is JSON only if
  /// both say so; should they ever disagree, nothing passes that one of them would not read.
  init(_ text: UnsafeRawBufferPointer) throws(ClientFieldError) {
    do {
      root = try JSONDocument(text).root
      source = try JSONSlice(wholeText: text, dialect: .jansson)
    } catch {
      throw .invalidFormat
    }
  }

  init(root: JSONNode, source: JSONSlice) {
    self.root = root
    self.source = source
  }

  /// What says what kind of message it is; nil where that is missing or no string.
  var type: String? { root["type"]?.string }

  /// The members of the required object `name`, for it is a message itself.
  func fields(of name: String) throws(ClientFieldError) -> ClientMessageFields {
    ClientMessageFields(root: try checkObject(name), source: slice(of: name))
  }

  /// The required number `name`.
  func number(_ name: String) throws(ClientFieldError) -> Double {
    guard let node = root[name] else { throw .missing(name) }
    guard let number = node.number else { throw ClientFieldError("\(name) must be a number") }
    return number
  }

  /// The required string `name`.
  func string(_ name: String) throws(ClientFieldError) -> String {
    try ClientMessageFields.string(root[name], named: name)
  }

  /// The required object `name`, as jansson read it and as the client wrote it.
  func object(_ name: String) throws(ClientFieldError) -> (JSONNode, JSONText) {
    (try checkObject(name), text(of: name))
  }

  /// Refuses the message when `name`, an object, is missing or mistyped.
  @discardableResult
  func checkObject(_ name: String) throws(ClientFieldError) -> JSONNode {
    guard let node = root[name] else { throw .missing(name) }
    guard node.isObject else { throw ClientFieldError("\(name) must be an object") }
    return node
  }

  /// The required `noteId`.
  func noteID() throws(ClientFieldError) -> NoteID {
    try ClientMessageFields.noteID(root["noteId"], named: "noteId")
  }

  /// The required `folderId`.
  func folderID() throws(ClientFieldError) -> FolderID {
    try ClientMessageFields.folderID(root["folderId"], named: "folderId")
  }

  /// A folder's name out of `node`, which the message calls `name`.
  static func folderID(_ node: JSONNode?, named name: String) throws(ClientFieldError) -> FolderID {
    let text = try string(node, named: name)
    do {
      return try FolderID(text)
    } catch {
      throw ClientFieldError("\(name) \(error.description)")
    }
  }

  /// The optional `requestId`; nil where the message has none.
  func requestID() throws(ClientFieldError) -> RequestID? {
    guard let node = root["requestId"] else { return nil }
    guard let size = node.string?.utf8.count, (1...RequestID.sizeMax).contains(size) else {
      throw ClientFieldError("requestId must be a string of 1 to \(RequestID.sizeMax) bytes")
    }
    return RequestID(unchecked: text(of: "requestId"))
  }

  /// The `noteId`, if there is a good one.
  var validNoteID: NoteID? {
    do { return try noteID() } catch { return nil }
  }

  /// The `requestId`, if there is a good one.
  var validRequestID: RequestID? {
    do { return try requestID() } catch { return nil }
  }

  /// Refuses a field whose meaning this release does not know. To ignore it would be to promise
  /// the client what does not happen.
  func refuse(_ name: String) throws(ClientFieldError) {
    guard root[name] == nil else { throw ClientFieldError("\(name) is not supported") }
  }

  /// A note's name out of `node`, which the message calls `name`.
  static func noteID(_ node: JSONNode?, named name: String) throws(ClientFieldError) -> NoteID {
    let text = try string(node, named: name)
    do {
      return try NoteID(text)
    } catch {
      throw ClientFieldError("\(name) \(error.description)")
    }
  }

  private static func string(
    _ node: JSONNode?, named name: String
  ) throws(ClientFieldError) -> String {
    guard let node else { throw .missing(name) }
    guard let text = node.string else { throw ClientFieldError("\(name) must be a string") }
    return text
  }

  /// A member that is there, as the client wrote it.
  func slice(of name: String) -> JSONSlice {
    guard let value = source.member(named: name) else {
      preconditionFailure("a member that jansson found is not in the bytes that it read")
    }
    return value
  }

  private func text(of name: String) -> JSONText { slice(of: name).text }
}

/// What is wrong with a message, before it is known whose answer it goes into.
struct ClientFieldError: Error {
  let kind: ClientMessageError.Kind
  let reason: String

  init(_ kind: ClientMessageError.Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// `reason` names the field and never quotes what the client sent.
  init(_ reason: String) {
    self.init(.invalidMessage, reason)
  }

  /// Not JSON, not an object, or without a string `type`.
  static let invalidFormat = ClientFieldError(.invalidJSON, "Invalid message format")

  /// `changes` has no member that would be written.
  static let nothingToUpdate = ClientFieldError("No valid fields to update")

  static func missing(_ name: String) -> ClientFieldError {
    ClientFieldError("\(name) is missing")
  }
}

extension ClientMessageError {
  /// `error` as the answer to the message that `fields` are those of.
  init(_ error: ClientFieldError, answering fields: ClientMessageFields) {
    self.init(
      error.kind, reason: error.reason, noteID: fields.validNoteID,
      requestID: fields.validRequestID)
  }
}
