import GatewayTypes
import GatewayWire
import Testing

struct PublishedEventsTests {
  private static func read(_ body: String) throws(PublishedEventsError) -> PublishedEvents {
    try PublishedEvents(Array(body.utf8))
  }

  private static func text(_ json: String) -> JSONText { JSONText(unchecked: Array(json.utf8)) }

  @Test func `one event is read with its values as they are written`() throws {
    let body = #"""
       { "event" : "note_sync", "noteId":"n", "fromUserId":"u", "timestamp": 7,
         "changes":{ "a": 1.0 }, "updatedNote" : {"\u0061":[1, 2]} , "more":null}
      """#
    let note = Resource.note(try NoteID("n"))
    let user = try #require(UserID("u"))
    let published = try Self.read(body)
    #expect(!published.isArray)
    #expect(
      published.events == [
        PublishedEvent(
          .updated(
            changes: Self.text("{ \"a\": 1.0 }"), to: Self.text(#"{"\u0061":[1, 2]}"#)),
          of: note, from: user, devicesOf: user)
      ])
  }

  @Test func `events of an array are read in their order, each with its own bytes`() throws {
    let body = #"""
      [{"event":"note_created","noteData":{"id":"n"},"noteId":"n","userId":"u"} ,
        {"event":"folder_created","folderData":{ "id":"f" },"userId":"u","fromUserId":"v"},
        {"event":"note_deleted","noteId":"m","userId":"u"}
      ]
      """#
    let (user, other) = (try #require(UserID("u")), try #require(UserID("v")))
    let published = try Self.read(body)
    #expect(published.isArray)
    #expect(
      published.events == [
        PublishedEvent(
          .created(Self.text(#"{"id":"n"}"#)), of: .note(try NoteID("n")), from: user,
          devicesOf: user),
        PublishedEvent(
          .created(Self.text(#"{ "id":"f" }"#)), of: .folder(try FolderID("f")), from: other,
          devicesOf: user),
        PublishedEvent(.deleted, of: .note(try NoteID("m")), from: user, devicesOf: user),
      ])
  }

  @Test func `an array has up to a hundred events`() throws {
    let event = #"{"event":"note_deleted","noteId":"m","userId":"u"}"#
    func array(_ count: Int) -> String {
      "[" + Array(repeating: event, count: count).joined(separator: ",") + "]"
    }
    #expect(try Self.read(array(100)).events.count == 100)
    #expect(throws: PublishedEventsError.tooMany) { try Self.read(array(101)) }
    #expect(throws: PublishedEventsError.invalid("the array has no event")) {
      try Self.read(" [ ] ")
    }
  }

  @Test func `the first event that is wrong is named by its place`() {
    let event = #"{"event":"note_deleted","noteId":"m","userId":"u"}"#
    #expect(throws: PublishedEventsError.invalid("[1]: userId is missing")) {
      try Self.read("[\(event),{\"event\":\"note_deleted\",\"noteId\":\"m\"},7]")
    }
    #expect(throws: PublishedEventsError.invalid("[1]: an event must be an object")) {
      try Self.read("[\(event),[\(event)]]")
    }
    #expect(throws: PublishedEventsError.invalid("an event must be an object")) {
      try Self.read("7")
    }
  }
}
