import GatewayTesting
import GatewayTypes
import GatewayWire
import Testing

/// PROTOCOL.md, "Client to gateway": what is a message, and what is answered when it is none.
@Suite struct ClientMessageParserTests {
  private static let note = #""noteId":"n1""#
  private static let folder = #""folderId":"f1""#

  @Test func `every message of the protocol is read`() throws {
    let (n1, f1) = (try NoteID("n1"), try FolderID("n1"))
    let rows: [(text: String, request: ClientRequest)] = [
      (#"{"type":"auth","token":"a.b.c"}"#, .authenticate(BearerToken("a.b.c"))),
      (#"{"type":"join_note","noteId":"n1"}"#, .joinNote(n1)),
      (#"{"type":"leave_note","noteId":"n1"}"#, .leaveNote(n1)),
      (
        #"{"type":"note_update","noteId":"n1","changes":{"a":1}}"#,
        .updateNote(n1, changes: JSONText(unchecked: utf8(#"{"a":1}"#)))
      ),
      (
        #"{"type":"note_created","noteData":{"id":"n1"}}"#,
        .createNote(n1, noteData: JSONText(unchecked: utf8(#"{"id":"n1"}"#)))
      ),
      (
        #"{"type":"note_created","noteId":"n1","noteData":{"id":"n1"}}"#,
        .createNote(n1, noteData: JSONText(unchecked: utf8(#"{"id":"n1"}"#)))
      ),
      (#"{"type":"note_deleted","noteId":"n1"}"#, .deleteNote(n1)),
      (
        #"{"type":"folder_created","folderId":"n1","folderData":{"name":"Work"}}"#,
        .change(.folder(f1), .create(data: .of(#"{"name":"Work"}"#)))
      ),
      (
        #"{"type":"folder_updated","folderId":"n1","changes":{"a":1},"updatedFolder":{}}"#,
        .change(.folder(f1), .update(changes: .of(#"{"a":1}"#)))
      ),
      (
        #"{"type":"folder_updated","folderId":"n1","changes":{ },"updatedFolder":{"a":1}}"#,
        .change(.folder(f1), .refresh(changes: .of("{ }")))
      ),
      (#"{"type":"folder_deleted","folderId":"n1"}"#, .change(.folder(f1), .delete)),
      (#"{"type":"ping"}"#, .ping),
      (#"{"type":"p\u0069ng","noteId":7,"other":[{}]}"#, .ping),
    ]
    for (text, request) in rows {
      #expect(try ClientMessageParser().read(utf8(text)) == ClientMessage(request), "\(text)")
    }
  }

  @Test func `the folder that folderData names need not be folderId`() throws {
    for data in [#"{"id":"f2"}"#, #"{"id":7}"#, "{}"] {
      let text = #"{"type":"folder_created","folderId":"f1","folderData":\#(data)}"#
      #expect(
        try ClientMessageParser().read(utf8(text)).request
          == .change(.folder(FolderID("f1")), .create(data: .of(data))))
    }
  }

  @Test func `changes, noteData and folderData are kept byte for byte`() throws {
    let value = "{ \"n\" : 1.0e5 ,\n\t\"n2\":12345678901234567890123, \"\\u0069d\":\"n\\u0031\" }"
    let update = utf8(" {\"changes\" :  \(value) , \(Self.note),\"type\":\"note_update\"}\n")
    let creation = utf8("{\"type\":\"note_created\",\"note\\u0044ata\":\(value)}")
    let folder = utf8(
      "{\"type\":\"folder_created\",\"folderId\":\"n1\",\"folderData\":\t\(value)\n}")
    let text = JSONText(unchecked: utf8(value))
    #expect(
      try ClientMessageParser().read(folder).request
        == .change(.folder(FolderID("n1")), .create(data: text)))
    #expect(
      try ClientMessageParser().read(update).request == .updateNote(NoteID("n1"), changes: text))
    #expect(
      try ClientMessageParser().read(creation).request == .createNote(NoteID("n1"), noteData: text)
    )
  }

  @Test func `requestId is kept as it is spelt`() throws {
    let longest = "\"" + String(repeating: "\\u0061", count: 128) + "\""
    for spelling in [#""r""#, #""\u00e9 \"x\"""#, longest] {
      let message = try ClientMessageParser().read(
        utf8("{\"type\":\"ping\",\"requestId\": \(spelling) }"))
      #expect(message.requestID == RequestID(unchecked: JSONText(unchecked: utf8(spelling))))
    }
  }

  @Test(arguments: [
    "", "nope", "[]", "null", "\"ping\"", "7", "{}", #"{"type":7}"#, #"{"type":null}"#,
    #"{"Type":"ping"}"#, #"{"type":"ping"} x"#, #"{"type":"ping","type":"ping"}"#,
    #"{"type":"ping","a":{"b":1,"b":2}}"#, #"{"type":"ping","\u0000":1}"#,
    #"{"type":"ping","a":"\ud800"}"#, "{\"type\":\"ping\",\"a\":1\u{0}}",
    #"{"type":"ping",}"#, #"{"type":"ping","a":1e999}"#,
  ])
  func `what is not one JSON object with a string type is invalid_json`(text: String) {
    expect(text, .invalidJSON, "Invalid message format")
  }

  @Test func `bytes that are not UTF-8 are invalid_json`() {
    var text = utf8(#"{"type":"ping","a":"_"}"#)
    text[text.count - 3] = 0xff
    #expect(throws: ClientMessageError(.invalidJSON, reason: "Invalid message format")) {
      try ClientMessageParser().read(text)
    }
  }

  @Test(arguments: ["", "pong", "Ping", "note_sync", "folder_joined", "presence", "p\u{0131}ng"])
  func `any other type is unknown_type`(type: String) {
    expect(#"{"type":"\#(type)","requestId":7}"#, .unknownType, "Unknown message type")
  }

  private static let id128 = String(repeating: "a", count: 128)

  private static let invalid: [(text: String, reason: String)] = [
    (#""auth""#, "token is missing"),
    (#""auth","token":null"#, "token must be a string"),
    (#""auth","token":["a"]"#, "token must be a string"),
    (#""auth","token":"""#, "token must not be empty"),
    (
      #""auth","token":"\#(String(repeating: "a", count: 16385))""#,
      "token must have at most 16384 bytes"
    ),
    (#""join_note""#, "noteId is missing"),
    (#""join_note","noteId":1"#, "noteId must be a string"),
    (#""join_note","noteId":null"#, "noteId must be a string"),
    (#""leave_note","noteId":"""#, "noteId must not be empty"),
    (#""leave_note","noteId":"\#(id128)a""#, "noteId must have at most 128 characters"),
    (#""note_deleted","noteId":"a/b""#, "noteId may only have the characters A-Z a-z 0-9 . _ ~ -"),
    (
      #""join_note","noteId":"a\u0000b""#,
      "noteId may only have the characters A-Z a-z 0-9 . _ ~ -"
    ),
    (
      #""note_deleted","noteId":"\u00e9""#,
      "noteId may only have the characters A-Z a-z 0-9 . _ ~ -"
    ),
    (
      #""note_deleted","noteId":"a\r\nb""#,
      "noteId may only have the characters A-Z a-z 0-9 . _ ~ -"
    ),
    (#""note_deleted","noteId":".""#, "noteId must not be . or .."),
    (#""note_deleted","noteId":"\u002e.""#, "noteId must not be . or .."),
    (#""note_update","changes":{"a":1}"#, "noteId is missing"),
    (#""note_update",\#(note)"#, "changes is missing"),
    (#""note_update",\#(note),"changes":null"#, "changes must be an object"),
    (#""note_update",\#(note),"changes":[1]"#, "changes must be an object"),
    (#""note_update",\#(note),"changes":"{}""#, "changes must be an object"),
    (#""note_update",\#(note),"changes":{}"#, "No valid fields to update"),
    (#""note_update",\#(note),"changes":{ }"#, "No valid fields to update"),
    (#""note_update",\#(note),"changes":{"a":1},"ifVersion":1"#, "ifVersion is not supported"),
    (#""note_update",\#(note),"changes":{"a":1},"ifVersion":null"#, "ifVersion is not supported"),
    (#""join_note",\#(note),"since":{"epoch":"a","seq":1}"#, "since is not supported"),
    (#""join_note",\#(note),"since":null"#, "since is not supported"),
    (#""note_created""#, "noteData is missing"),
    (#""note_created","noteData":"n1""#, "noteData must be an object"),
    (#""note_created","noteData":{}"#, "noteData.id is missing"),
    (#""note_created","noteData":{"id":1}"#, "noteData.id must be a string"),
    (#""note_created","noteData":{"id":".."}"#, "noteData.id must not be . or .."),
    (#""note_created","noteData":{"id":"n1"},"noteId":null"#, "noteId must be a string"),
    (#""note_created","noteData":{"id":"n1"},"noteId":"n2""#, "noteId must equal noteData.id"),
    (#""folder_created","folderData":{}"#, "folderId is missing"),
    (#""folder_created","folderId":1,"folderData":{}"#, "folderId must be a string"),
    (#""folder_created","folderId":"","folderData":{}"#, "folderId must not be empty"),
    (#""folder_created",\#(folder)"#, "folderData is missing"),
    (#""folder_created",\#(folder),"folderData":null"#, "folderData must be an object"),
    (#""folder_created",\#(folder),"folderData":[]"#, "folderData must be an object"),
    (#""folder_created",\#(folder),"folderData":"{}""#, "folderData must be an object"),
    (#""folder_updated","changes":{},"updatedFolder":{}"#, "folderId is missing"),
    (
      #""folder_updated","folderId":"\#(id128)a","changes":{},"updatedFolder":{}"#,
      "folderId must have at most 128 characters"
    ),
    (#""folder_updated",\#(folder),"updatedFolder":{}"#, "changes is missing"),
    (#""folder_updated",\#(folder),"changes":7,"updatedFolder":{}"#, "changes must be an object"),
    (#""folder_updated",\#(folder),"changes":{"a":1}"#, "updatedFolder is missing"),
    (
      #""folder_updated",\#(folder),"changes":{},"updatedFolder":null"#,
      "updatedFolder must be an object"
    ),
    (#""folder_deleted""#, "folderId is missing"),
    (#""folder_deleted","folderId":null"#, "folderId must be a string"),
    (#""folder_deleted","folderId":".""#, "folderId must not be . or .."),
    (
      #""folder_deleted","folderId":"a%2Fb""#,
      "folderId may only have the characters A-Z a-z 0-9 . _ ~ -"
    ),
    (#""ping","requestId":null"#, "requestId must be a string of 1 to 128 bytes"),
    (#""ping","requestId":7"#, "requestId must be a string of 1 to 128 bytes"),
    (#""ping","requestId":"""#, "requestId must be a string of 1 to 128 bytes"),
    (#""ping","requestId":"\#(id128)a""#, "requestId must be a string of 1 to 128 bytes"),
    (
      #""ping","requestId":"\#(String(repeating: "é", count: 65))""#,
      "requestId must be a string of 1 to 128 bytes"
    ),
  ]

  @Test(arguments: invalid)
  func `a field that is missing, mistyped or out of range is invalid_message`(
    members: String, reason: String
  ) {
    expect("{\"type\":\(members)}", .invalidMessage, reason)
  }

  @Test func `the longest token and noteId are accepted`() throws {
    let token = String(repeating: "t", count: ClientMessageParser.tokenSizeMax)
    #expect(
      try ClientMessageParser().read(utf8(#"{"type":"auth","token":"\#(token)"}"#)).request
        == .authenticate(BearerToken(token)))
    #expect(
      try ClientMessageParser().read(utf8(#"{"type":"join_note","noteId":"\#(Self.id128)"}"#))
        .request
        == .joinNote(NoteID(Self.id128)))
  }

  @Test func `an error carries the valid noteId and requestId of the message`() throws {
    let n1 = try NoteID("n1")
    let requestID = RequestID(unchecked: JSONText(unchecked: utf8(#""\u0072""#)))
    let rows: [(text: String, note: NoteID?, request: RequestID?)] = [
      (#"{"type":"note_update","noteId":"n1","requestId":"\u0072"}"#, n1, requestID),
      (#"{"type":"later","noteId":"n1","requestId":"\u0072"}"#, n1, requestID),
      (#"{"type":9,"noteId":"n1","requestId":"\u0072"}"#, n1, requestID),
      (#"{"type":"ping","noteId":"n1","requestId":""}"#, n1, nil),
      (#"{"type":"join_note","noteId":"a/b","requestId":"\u0072"}"#, nil, requestID),
      (#"["noteId","n1"]"#, nil, nil),
    ]
    for (text, note, request) in rows {
      let error = try #require(refusal(of: text), "\(text)")
      #expect(error.noteID == note, "\(text)")
      #expect(error.requestID == request, "\(text)")
    }
  }

  private func expect(_ text: String, _ kind: ClientMessageError.Kind, _ reason: String) {
    let error = refusal(of: text)
    #expect(error?.kind == kind, "\(text)")
    #expect(error?.reason == reason, "\(text)")
  }

  private func refusal(of text: String) -> ClientMessageError? {
    do {
      _ = try ClientMessageParser().read(utf8(text))
      return nil
    } catch {
      return error
    }
  }
}
