import GatewayTypes

/// What PROTOCOL.md, "Client to gateway", says of a text.
struct ReferenceMessage {
  /// What is asked for; nil where the text is not a sound message.
  private(set) var request: ClientRequest?
  private(set) var errorKind = ClientMessageError.Kind.invalidJSON
  /// The message's `noteId`, where it has a good one.
  private(set) var noteID: String?
  /// The message's `requestId`, as it is written, where it has a good one.
  private(set) var requestID: [UInt8]?

  private let input: [UInt8]
  private let updatableFields: [String]

  /// `input` as JSON, if it is some that a client may send.
  static func text(_ input: [UInt8]) -> ReferenceJSONText? {
    guard let text = ReferenceJSONText(input), text.isForJansson, !text.hasDuplicates,
      !text.hasHugeNumber
    else { return nil }
    return text
  }

  /// `root` is nil for what is not JSON.
  init(_ root: ReferenceJSON?, of input: [UInt8], updatableFields: [String]) {
    self.input = input
    self.updatableFields = updatableFields
    guard let root else { return }
    noteID = name(root, "noteId")
    let hasRequestID = root.member("requestId") != nil
    if let member = root.member("requestId"), let text = member.string,
      (1...128).contains(text.utf8.count)
    {
      requestID = Array(input[member.range])
    }
    guard let type = root.member("type")?.string else { return }
    let types = [
      "auth", "join_note", "leave_note", "note_update", "note_created", "note_deleted",
      "folder_created", "folder_updated", "folder_deleted", "ping",
    ]
    guard types.contains(where: { $0.utf8.elementsEqual(type.utf8) }) else {
      errorKind = .unknownType
      return
    }
    errorKind = .invalidMessage
    guard !hasRequestID || requestID != nil else { return }
    request = request(type, root)
  }

  private func request(_ type: String, _ root: ReferenceJSON) -> ClientRequest? {
    switch type {
    case "auth": return authentication(root)
    case "join_note": return root.member("since") == nil ? note(noteID).map { .joinNote($0) } : nil
    case "leave_note": return note(noteID).map { .leaveNote($0) }
    case "note_update": return noteUpdate(root)
    case "note_created": return noteCreation(root)
    case "note_deleted": return note(noteID).map { .change(.note($0), .delete) }
    case "folder_created":
      guard let folder = folder(root), let data = object(root, "folderData") else { return nil }
      return .change(.folder(folder), .create(data: json(data)))
    case "folder_updated":
      guard let folder = folder(root), let changes = object(root, "changes"),
        object(root, "updatedFolder") != nil
      else { return nil }
      let change = json(changes)
      return .change(
        .folder(folder),
        changes.members.isEmpty ? .refresh(changes: change) : .update(changes: change))
    case "folder_deleted": return folder(root).map { .change(.folder($0), .delete) }
    default: return .ping
    }
  }

  private func authentication(_ root: ReferenceJSON) -> ClientRequest? {
    guard let token = root.member("token")?.string, (1...16384).contains(token.utf8.count) else {
      return nil
    }
    return .authenticate(BearerToken(token))
  }

  private func noteUpdate(_ root: ReferenceJSON) -> ClientRequest? {
    guard root.member("ifVersion") == nil, let note = note(noteID),
      let changes = object(root, "changes")
    else { return nil }
    let kept = changes.members.filter { member in
      updatableFields.isEmpty || updatableFields.contains { $0.utf8.elementsEqual(member.name) }
    }
    guard !kept.isEmpty else { return nil }
    guard kept.count < changes.members.count else {
      return .change(.note(note), .update(changes: json(changes)))
    }
    let written = kept.map { input[$0.nameRange] + ":".utf8 + input[$0.value.range] }
    let text = Array("{".utf8) + written.joined(separator: ",".utf8) + Array("}".utf8)
    return .change(.note(note), .update(changes: JSONText(unchecked: text)))
  }

  private func noteCreation(_ root: ReferenceJSON) -> ClientRequest? {
    guard let data = object(root, "noteData"), let note = note(name(data, "id")) else { return nil }
    if root.member("noteId") != nil, noteID != note.text { return nil }
    return .change(.note(note), .create(data: json(data)))
  }

  // MARK: Fields

  /// A note's or a folder's name; nil where there is no good one.
  private func name(_ object: ReferenceJSON, _ field: String) -> String? {
    guard let text = object.member(field)?.string, (1...128).contains(text.utf8.count),
      text != ".", text != "..", text.utf8.allSatisfy(ReferenceMessage.nameBytes.contains)
    else { return nil }
    return text
  }

  private static let nameBytes = ByteClass(alphanumerics + "._~-")

  private func note(_ name: String?) -> NoteID? {
    guard let name else { return nil }
    do { return try NoteID(name) } catch { return nil }
  }

  private func folder(_ root: ReferenceJSON) -> FolderID? {
    guard let name = name(root, "folderId") else { return nil }
    do { return try FolderID(name) } catch { return nil }
  }

  private func object(_ root: ReferenceJSON, _ field: String) -> ReferenceJSON? {
    root.member(field).flatMap { $0.isObject ? $0 : nil }
  }

  private func json(_ value: ReferenceJSON) -> JSONText {
    JSONText(unchecked: Array(input[value.range]))
  }
}
