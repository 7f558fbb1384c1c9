import DemoNotesAPI
import GatewayTypes
import Testing

/// What the store answers and keeps.
@Suite struct NotesStoreTests {
  private let now = WallTime(milliseconds: 1000)
  private let later = WallTime(milliseconds: 2000)
  private let ann: UserID
  private let bob: UserID
  private var store = NotesStore()

  init() throws {
    ann = try #require(UserID("ann"))
    bob = try #require(UserID("bob"))
  }

  private mutating func create(_ body: String, of user: UserID? = nil) throws -> String {
    let body = Array(body.utf8)
    return text(try store.create(body, of: user ?? ann, at: now, randomNumber: 0xabc))
  }

  private mutating func update(_ id: String, _ body: String) throws -> String {
    text(try store.update(try NoteID(id), with: Array(body.utf8), of: ann, at: later))
  }

  private func text(_ json: JSONText) -> String {
    String(decoding: json.bytes, as: UTF8.self)
  }

  @Test mutating func `a note is made under the id that its writer chose`() throws {
    let note = try create(#"{"id":"demo","title":"T"}"#)
    #expect(
      note == #"{"id":"demo","title":"T","content":"","#
        + #""createdAt":1000,"updatedAt":1000,"version":1}"#)
    #expect(text(try store.note(try NoteID("demo"), of: ann)) == note)
  }

  @Test mutating func `a note without an id gets a random one`() throws {
    let note = try create("{}")
    #expect(note.hasPrefix(#"{"id":"0000000000000abc","title":"","#))
  }

  @Test mutating func `an update replaces what it names and keeps the rest`() throws {
    _ = try create(#"{"id":"a","title":"T","content":"C","color":"red"}"#)
    let note = try update("a", #"{"content":"D","pinned":true}"#)
    #expect(
      note == #"{"id":"a","title":"T","content":"D","color":"red","pinned":true,"#
        + #""createdAt":1000,"updatedAt":2000,"version":2}"#)
  }

  @Test mutating func `values come out as they were written`() throws {
    let values = #""n":12345678901234567890,"m":1.10,"s":"\u0041\/","o":{"b": 1, "a":[ ]}"#
    let note = try create("{\"id\":\"a\", \(values) }")
    #expect(note.contains(values))
  }

  @Test mutating func `names are compared decoded and the last of several counts`() throws {
    _ = try create(#"{"id":"a","title":"x","\u0074itle":"y"}"#)
    let note = try update("a", #"{"titl\u0065":"z"}"#)
    #expect(note.hasPrefix(#"{"id":"a","title":"z","content""#))
  }

  @Test mutating func `what the API sets nobody else sets`() throws {
    _ = try create(#"{"id":"a","version":9,"createdAt":9,"updatedAt":9}"#)
    let note = try update("a", #"{"id":"b","v\u0065rsion":9}"#)
    #expect(
      note == #"{"id":"a","title":"","content":"","#
        + #""createdAt":1000,"updatedAt":2000,"version":2}"#)
  }

  @Test mutating func `users see their own notes only`() throws {
    _ = try create(#"{"id":"a"}"#)
    let id = try NoteID("a")
    #expect(throws: NotesStoreError.notFound) { try store.note(id, of: bob) }
    #expect(throws: NotesStoreError.notFound) { try store.delete(id, of: bob) }
    let note = try create(#"{"id":"a","title":"Bob's"}"#, of: bob)
    #expect(note.contains("Bob's"))
    #expect(!text(try store.note(id, of: ann)).contains("Bob's"))
  }

  @Test mutating func `a list has all notes of the user without their content`() throws {
    #expect(text(store.list(of: ann)) == "[]")
    for id in ["b", "a"] { _ = try create(#"{"id":"\#(id)","content":"long"}"#) }
    _ = try create(#"{"id":"c"}"#, of: bob)
    let times = #""createdAt":1000,"updatedAt":1000,"version":1"#
    #expect(
      text(store.list(of: ann))
        == #"[{"id":"a","title":"",\#(times)},{"id":"b","title":"",\#(times)}]"#)
  }

  @Test mutating func `a deleted note is gone and its id is free`() throws {
    _ = try create(#"{"id":"a","title":"old"}"#)
    let id = try NoteID("a")
    try store.delete(id, of: ann)
    #expect(throws: NotesStoreError.notFound) { try store.note(id, of: ann) }
    #expect(throws: NotesStoreError.notFound) { try store.delete(id, of: ann) }
    #expect(throws: NotesStoreError.notFound) { try update("a", "{}") }
    let note = try create(#"{"id":"a"}"#)
    #expect(note.contains(#""title":"","#))
  }

  private static let badBodies: [(body: String, error: NotesStoreError)] = [
    ("", .notJSON(position: 0)),
    (#"{"id":"a""#, .notJSON(position: 9)),
    (#"{"id":"a"} x"#, .notJSON(position: 11)),
    ("[]", .notAnObject),
    ("1", .notAnObject),
    (#"{"id":1}"#, .idNotText),
    (#"{"id":""}"#, .badID(.empty)),
    (#"{"id":"a/b"}"#, .badID(.forbiddenByte(0x2f, at: 1))),
    (#"{"id":".."}"#, .badID(.pathSegment)),
  ]

  @Test(arguments: badBodies)
  mutating func `what is not a note is refused`(body: String, error: NotesStoreError) {
    #expect(throws: error) { try create(body) }
    #expect(text(store.list(of: ann)) == "[]")
  }

  @Test mutating func `an id is given once`() throws {
    let note = try create(#"{"id":"a","title":"first"}"#)
    #expect(throws: NotesStoreError.exists) { try create(#"{"id":"a","title":"second"}"#) }
    #expect(text(try store.note(try NoteID("a"), of: ann)) == note)
  }
}
