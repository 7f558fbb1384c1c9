import GatewayTypes
import GatewayWire

/// One note in memory: its members as their writers spelled them, and the four that the API sets.
struct Note: Sendable {
  private struct Member {
    /// With its quotes and escapes, as it was first written.
    let name: JSONText
    let decodedName: [UInt8]
    var value: JSONText
  }

  /// The most members that a note may have besides those of the API: merging looks through them.
  static let memberCountMax = 64
  /// Counted for each note on top of its members, so that empty notes are bounded too.
  private static let overhead = 256
  /// What the API sets itself; a writer's are passed over.
  private static let ownNames = ["id", "createdAt", "updatedAt", "version"]

  let id: NoteID
  let createdAt: WallTime
  private(set) var updatedAt: WallTime
  /// 1 when it is made, and one more with every update.
  private(set) var version: UInt64 = 1
  private(set) var size = Note.overhead
  private var members: [Member] = []

  /// A note with the members of `fields`, a JSON object, and an empty title and content where it
  /// has none.
  init(id: NoteID, fields: JSONSlice, at now: WallTime) throws(NotesStoreError) {
    self.id = id
    createdAt = now
    updatedAt = now
    for name in ["title", "content"] {
      add(Array("\"\(name)\"".utf8), decodedName: Array(name.utf8), value: Array("\"\"".utf8))
    }
    try take(fields)
  }

  /// Puts the members of `changes`, a JSON object, in place of those of the same name.
  mutating func merge(_ changes: JSONSlice, at now: WallTime) throws(NotesStoreError) {
    try take(changes)
    version += 1
    updatedAt = now
  }

  /// The note as the API answers with it; without `content` in a list.
  func json(withContent: Bool = true) -> [UInt8] {
    var json = Array("{\"id\":\"\(id.text)\"".utf8)
    json.reserveCapacity(size)
    for member in members where withContent || !member.decodedName.elementsEqual("content".utf8) {
      json.append(UInt8(ascii: ","))
      json += member.name.bytes
      json.append(UInt8(ascii: ":"))
      json += member.value.bytes
    }
    json += ",\"createdAt\":\(createdAt.milliseconds),\"updatedAt\":\(updatedAt.milliseconds)".utf8
    json += ",\"version\":\(version)}".utf8
    return json
  }

  private mutating func take(_ fields: JSONSlice) throws(NotesStoreError) {
    for field in fields.members where !Note.ownNames.contains(where: field.name.isString) {
      let name = field.name.decodedString ?? []
      let value = field.value.text
      if let index = members.firstIndex(where: { $0.decodedName == name }) {
        size += value.bytes.count - members[index].value.bytes.count
        members[index].value = value
      } else {
        guard members.count < Note.memberCountMax else { throw .tooManyMembers }
        add(field.name.text.bytes, decodedName: name, value: value.bytes)
      }
    }
  }

  private mutating func add(_ name: [UInt8], decodedName: [UInt8], value: [UInt8]) {
    size += name.count + decodedName.count + value.count
    members.append(
      Member(
        name: JSONText(unchecked: name), decodedName: decodedName,
        value: JSONText(unchecked: value)))
  }
}
