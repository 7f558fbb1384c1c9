import DemoNotesAPI
import GatewayTypes
import Testing

/// What the store refuses to grow to. A note with an empty title and content counts some 290 bytes.
@Suite struct NotesStoreBoundsTests {
  private let now = WallTime(milliseconds: 1000)
  private let ann: UserID
  private let bob: UserID
  private var store = NotesStore(
    bounds: NotesStore.Bounds(noteCountMax: 2, noteSizeMax: 400, totalSizeMax: 900))

  init() throws {
    ann = try #require(UserID("ann"))
    bob = try #require(UserID("bob"))
  }

  private mutating func create(_ id: String, contentSize: Int = 0, of user: UserID) throws {
    let content = String(repeating: "x", count: contentSize)
    let body = #"{"id":"\#(id)","content":"\#(content)"}"#
    _ = try store.create(Array(body.utf8), of: user, at: now, randomNumber: 0)
  }

  private mutating func update(_ id: String, contentSize: Int) throws {
    let body = #"{"content":"\#(String(repeating: "x", count: contentSize))"}"#
    _ = try store.update(try NoteID(id), with: Array(body.utf8), of: ann, at: now)
  }

  @Test mutating func `a user has so many notes and others have theirs`() throws {
    try create("a", of: ann)
    try create("b", of: ann)
    #expect(throws: NotesStoreError.tooManyNotes) { try create("c", of: ann) }
    try create("c", of: bob)
    try store.delete(try NoteID("a"), of: ann)
    try store.delete(try NoteID("c"), of: bob)
    try create("c", of: ann)
  }

  @Test mutating func `a note has so many bytes and a refused update leaves it as it was`() throws {
    try create("a", of: ann)
    let before = try store.note(try NoteID("a"), of: ann)
    let error = NotesStoreError.noteTooLarge(sizeMax: 400)
    #expect(throws: error) { try update("a", contentSize: 200) }
    #expect(try store.note(try NoteID("a"), of: ann) == before)
    try update("a", contentSize: 100)
    #expect(throws: error) { try create("b", contentSize: 200, of: ann) }
  }

  @Test mutating func `all notes together have so many bytes`() throws {
    try create("a", contentSize: 100, of: ann)
    try create("b", contentSize: 100, of: bob)
    #expect(throws: NotesStoreError.full) { try create("c", of: bob) }
    try update("a", contentSize: 0)
    #expect(throws: NotesStoreError.full) { try create("c", of: bob) }
    try store.delete(try NoteID("b"), of: bob)
    try create("c", of: bob)
    try create("d", of: bob)
  }

  @Test mutating func `a note has so many members`() throws {
    let members = (0..<62).map { #""m\#($0)":\#($0)"# }.joined(separator: ",")
    var store = NotesStore()
    _ = try store.create(Array("{\"id\":\"a\",\(members)}".utf8), of: ann, at: now, randomNumber: 0)
    let id = try NoteID("a")
    #expect(throws: NotesStoreError.tooManyMembers) {
      try store.update(id, with: Array(#"{"m0":1,"one more":1}"#.utf8), of: ann, at: now)
    }
    let note = try store.update(id, with: Array(#"{"m0":1}"#.utf8), of: ann, at: now)
    #expect(String(decoding: note.bytes, as: UTF8.self).contains(#""m0":1,"m1":1,"#))
  }
}
