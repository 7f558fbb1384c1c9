package import GatewayTypes

/// The body of a request to publish: one event, or an array of them.
///
/// What has a meaning is checked; other members, such as the `timestamp` of a sync, which is the
/// gateway's to give, are passed over. Source: OPERATIONS.md, "The admin listener".
package struct PublishedEvents: Hashable, Sendable {
  /// The most events of one request.
  package static let countMax = 100

  package let events: [PublishedEvent]
  /// Whether they stood in an array, and the answer is one.
  package let isArray: Bool

  /// All events of a body, or what is wrong with the first that is none.
  package init(_ body: [UInt8]) throws(PublishedEventsError) {
    (events, isArray) = try body.withUnsafeBufferPointer { (bytes) throws(PublishedEventsError) in
      try PublishedEvents.read(UnsafeRawBufferPointer(bytes))
    }
  }

  private static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(PublishedEventsError) -> ([PublishedEvent], Bool) {
    let root: JSONNode
    let source: JSONSlice
    do {
      root = try JSONDocument(bytes).root
      source = try JSONSlice(wholeText: bytes, dialect: .jansson)
    } catch {
      throw .invalid("the body is not JSON")
    }
    guard let nodes = root.elements else {
      return ([try event(ClientMessageFields(root: root, source: source), "")], false)
    }
    guard !nodes.isEmpty else { throw .invalid("the array has no event") }
    guard nodes.count <= countMax else { throw .tooMany }
    var events: [PublishedEvent] = []
    for (index, (node, slice)) in zip(nodes, source.elements).enumerated() {
      let fields = ClientMessageFields(root: node, source: slice)
      events.append(try event(fields, "[\(index)]: "))
    }
    return (events, true)
  }

  /// `prefix` says which of an array it is.
  private static func event(
    _ fields: ClientMessageFields, _ prefix: String
  ) throws(PublishedEventsError) -> PublishedEvent {
    do {
      return try event(fields)
    } catch {
      throw .invalid(prefix + error.reason)
    }
  }

  private static func event(
    _ fields: ClientMessageFields
  ) throws(ClientFieldError) -> PublishedEvent {
    guard fields.root.isObject else { throw ClientFieldError("an event must be an object") }
    switch try fields.string("event") {
    case "note_sync":
      let note = try fields.noteID()
      let from = try fields.user("fromUserId")
      return PublishedEvent(
        try fields.update(to: "updatedNote"), of: .note(note), from: from, devicesOf: from)
    case "note_created":
      let (data, text) = try fields.object("noteData")
      let note = try ClientMessageFields.noteID(data["id"], named: "noteData.id")
      try fields.check("noteId", is: note.text, of: "noteData")
      return try fields.event(.created(text), of: .note(note))
    case "note_deleted":
      return try fields.event(.deleted, of: .note(fields.noteID()))
    case "folder_created":
      let (data, text) = try fields.object("folderData")
      let folder = try ClientMessageFields.folderID(data["id"], named: "folderData.id")
      try fields.check("folderId", is: folder.text, of: "folderData")
      return try fields.event(.created(text), of: .folder(folder))
    case "folder_updated":
      let folder = try fields.folderID()
      return try fields.event(try fields.update(to: "updatedFolder"), of: .folder(folder))
    case "folder_deleted":
      return try fields.event(.deleted, of: .folder(fields.folderID()))
    default:
      throw ClientFieldError(
        "event must be note_sync, note_created, note_deleted, folder_created, folder_updated or "
          + "folder_deleted")
    }
  }
}

/// Why a body is not taken.
package enum PublishedEventsError: Error, Hashable, Sendable {
  /// Says which field and why. Never quotes what the API sent.
  case invalid(String)
  /// The array has more than `PublishedEvents.countMax` of them.
  case tooMany
}

extension ClientMessageFields {
  /// An event for the devices of `userId`, which `fromUserId` is where it is left out.
  fileprivate func event(
    _ content: PublishedEvent.Content, of resource: Resource
  ) throws(ClientFieldError) -> PublishedEvent {
    let user = try user("userId")
    let from = root["fromUserId"] == nil ? user : try self.user("fromUserId")
    return PublishedEvent(content, of: resource, from: from, devicesOf: user)
  }

  fileprivate func update(to name: String) throws(ClientFieldError) -> PublishedEvent.Content {
    let (_, changes) = try object("changes")
    let (_, updated) = try object(name)
    return .updated(changes: changes, to: updated)
  }

  fileprivate func user(_ name: String) throws(ClientFieldError) -> UserID {
    guard let user = UserID(try string(name)) else {
      throw ClientFieldError(
        "\(name) must be a user's name, 1 to \(UserID.sizeMax) bytes without control characters")
    }
    return user
  }

  /// A name that is said twice has to be the same.
  fileprivate func check(
    _ name: String, is id: String, of data: String
  ) throws(ClientFieldError) {
    guard root[name] == nil || root[name]?.string == id else {
      throw ClientFieldError("\(name) must be the id of \(data)")
    }
  }
}
