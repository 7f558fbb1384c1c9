package import GatewayTypes
import GatewayWire

/// The notes of all users, in memory and bounded. A user sees and changes their own only.
///
/// Values are kept as the JSON text that came in, so that numbers and escapes come out as they were
/// written. Nothing is changed by what throws.
package struct NotesStore: Sendable {
  package struct Bounds: Sendable {
    /// Notes of one user.
    package let noteCountMax: Int
    /// Bytes of one note.
    package let noteSizeMax: Int
    /// Bytes of all notes of all users.
    package let totalSizeMax: Int

    package init(
      noteCountMax: Int = 100, noteSizeMax: Int = 2 << 20, totalSizeMax: Int = 32 << 20
    ) {
      self.noteCountMax = noteCountMax
      self.noteSizeMax = noteSizeMax
      self.totalSizeMax = totalSizeMax
    }
  }

  private let bounds: Bounds
  private var notes: [UserID: [NoteID: Note]] = [:]
  private var totalSize = 0

  package init(bounds: Bounds = Bounds()) {
    self.bounds = bounds
  }

  /// The note `id` of `user`.
  package func note(_ id: NoteID, of user: UserID) throws(NotesStoreError) -> JSONText {
    guard let note = notes[user]?[id] else { throw .notFound }
    return JSONText(unchecked: note.json())
  }

  /// All notes of `user` without their content, oldest first.
  package func list(of user: UserID) -> JSONText {
    let sorted = (notes[user] ?? [:]).values.sorted {
      ($0.createdAt, $0.id.text) < ($1.createdAt, $1.id.text)
    }
    let elements = sorted.map { $0.json(withContent: false) }
    return JSONText(unchecked: [0x5b] + elements.joined(separator: [0x2c]) + [0x5d])
  }

  /// Makes a note of `body`, a JSON object, under its `id`, or one made of `randomNumber` where it
  /// has none.
  package mutating func create(
    _ body: [UInt8], of user: UserID, at now: WallTime, randomNumber: UInt64
  ) throws(NotesStoreError) -> JSONText {
    let note = try NotesStore.reading(body) { (fields) throws(NotesStoreError) in
      let id = try NotesStore.id(in: fields, randomNumber: randomNumber)
      return try Note(id: id, fields: fields, at: now)
    }
    let own = notes[user] ?? [:]
    guard own[note.id] == nil else { throw .exists }
    guard own.count < bounds.noteCountMax else { throw .tooManyNotes }
    try put(note, of: user)
    return JSONText(unchecked: note.json())
  }

  /// Merges the members of `body`, a JSON object, into the note `id`.
  package mutating func update(
    _ id: NoteID, with body: [UInt8], of user: UserID, at now: WallTime
  ) throws(NotesStoreError) -> JSONText {
    guard var note = notes[user]?[id] else { throw .notFound }
    try NotesStore.reading(body) { (changes) throws(NotesStoreError) in
      try note.merge(changes, at: now)
    }
    try put(note, of: user)
    return JSONText(unchecked: note.json())
  }

  package mutating func delete(_ id: NoteID, of user: UserID) throws(NotesStoreError) {
    guard let note = notes[user]?.removeValue(forKey: id) else { throw .notFound }
    totalSize -= note.size
    if notes[user]?.isEmpty ?? false { notes[user] = nil }
  }

  private mutating func put(_ note: Note, of user: UserID) throws(NotesStoreError) {
    guard note.size <= bounds.noteSizeMax else { throw .noteTooLarge(sizeMax: bounds.noteSizeMax) }
    let size = totalSize - (notes[user]?[note.id]?.size ?? 0) + note.size
    guard size <= bounds.totalSizeMax else { throw .full }
    totalSize = size
    notes[user, default: [:]][note.id] = note
  }

  /// What `read` makes of `body`, once that is known to be a JSON object.
  private static func reading<Result>(
    _ body: [UInt8], _ read: (JSONSlice) throws(NotesStoreError) -> Result
  ) throws(NotesStoreError) -> Result {
    try body.withUnsafeBufferPointer { (bytes) throws(NotesStoreError) in
      let value: JSONSlice
      do throws(JSONScannerError) {
        value = try JSONSlice(wholeText: UnsafeRawBufferPointer(bytes))
      } catch {
        throw .notJSON(position: error.position)
      }
      guard value.isObject else { throw .notAnObject }
      return try read(value)
    }
  }

  private static func id(
    in fields: JSONSlice, randomNumber: UInt64
  ) throws(NotesStoreError) -> NoteID {
    let text: String
    if let member = fields.member(named: "id") {
      guard let bytes = member.decodedString else { throw .idNotText }
      text = String(decoding: bytes, as: UTF8.self)
    } else {
      text = hexadecimal(randomNumber, digits: 16)
    }
    do {
      return try NoteID(text)
    } catch {
      throw .badID(error)
    }
  }
}
