import GatewayTesting
import GatewayTypes
import GatewayWire
import Testing

/// Fewer and more members of an object, with the bytes of the others left alone.
@Suite struct JSONTextMembersTests {
  private static let filters: [(object: String, names: [String], kept: String?)] = [
    (#"{"a":1,"b":2,"c":3}"#, ["a", "c"], #"{"a":1,"c":3}"#),
    // The object's order counts, not that of the list.
    (#"{"a":1,"b":2,"c":3}"#, ["c", "a"], #"{"a":1,"c":3}"#),
    (#"{"x":0,"a":1}"#, ["a"], #"{"a":1}"#),
    (
      #"{ "n" : 1.0e5 , "x":0, "o": { "x" : [ 1 ] } }"#, ["n", "o"],
      #"{"n":1.0e5,"o":{ "x" : [ 1 ] }}"#
    ),
    (
      #"{"a":12345678901234567890,"x":"\ud83d\ude00"}"#, ["x"], #"{"x":"\ud83d\ude00"}"#
    ),
    // Names are compared decoded, and byte for byte.
    (#"{"\u0061":1,"x":2}"#, ["a"], #"{"\u0061":1}"#),
    (#"{"A":1,"a ":2,"aa":3,"":4,"a":5}"#, ["a"], #"{"a":5}"#),
    ("{\"caf\u{e9}\":1,\"cafe\u{301}\":2}", ["caf\u{e9}"], "{\"caf\u{e9}\":1}"),
    (#"{"":1,"x":2}"#, [""], #"{"":1}"#),
    // Nothing to drop: not a byte is touched.
    ("{ \"a\" :1 }", ["b", "a"], "{ \"a\" :1 }"),
    // Nothing left.
    (#"{"a":1}"#, ["b"], nil), (#"{"a":{"b":1}}"#, ["b"], nil), ("{}", ["a"], nil),
    (#"["a"]"#, ["a"], nil), (#""a""#, ["a"], nil),
  ]

  @Test(arguments: filters)
  func `of an object only the listed members are kept, as they were written`(
    object: String, names: [String], kept: String?
  ) {
    #expect(JSONText.of(object).keeping(members: names) == kept.map(JSONText.of), "\(object)")
  }

  private static let additions:
    [(object: String, names: [String], answer: String, result: String)] = [
      (#"{"a":1}"#, ["u"], #"{"u":"now","v":2}"#, #"{"a":1,"u":"now"}"#),
      (
        #"{"a":1}"#, ["v", "u"], #"{"u": 1.0 ,"x":0,"v":{ "w" : 2 }}"#,
        #"{"a":1,"v":{ "w" : 2 },"u":1.0}"#
      ),
      ("{}", ["u"], #"{"u":null}"#, #"{"u":null}"#),
      // What is there already is replaced, however it is spelt, and never there twice.
      (#"{"u":1,"a":2}"#, ["u"], #"{"u":3}"#, #"{"a":2,"u":3}"#),
      (#"{"\u0075":1,"a":2}"#, ["u"], #"{"\u0075":3}"#, #"{"a":2,"u":3}"#),
      (#"{"u":1,"u":2}"#, ["u"], #"{"u":3}"#, #"{"u":3}"#),
      (#"{"a":1}"#, ["u", "u"], #"{"u":3}"#, #"{"a":1,"u":3}"#),
      (#"{"a":1}"#, ["u"], #"{"u":3,"u":4}"#, #"{"a":1,"u":4}"#),
      // What the answer lacks is left as it is.
      (#"{ "u" : 1 }"#, ["u"], #"{"v":3}"#, #"{ "u" : 1 }"#),
      (#"{"u":1,"v":2}"#, ["u", "v"], #"{"v":3}"#, #"{"u":1,"v":3}"#),
      (#"{ "a":1}"#, ["u"], #"{"x":{"u":3}}"#, #"{ "a":1}"#),
      (#"{ "a":1}"#, ["u"], #"[{"u":3}]"#, #"{ "a":1}"#),
      (#"{ "a":1}"#, ["u"], "null", #"{ "a":1}"#),
      (#"{ "a":1}"#, [], #"{"a":3}"#, #"{ "a":1}"#),
      // A name may be anything.
      (#"{"a":1}"#, ["q\""], #"{"q\"":3}"#, #"{"a":1,"q\"":3}"#),
    ]

  @Test(arguments: additions)
  func `members are added from an answer, once each and as they are written there`(
    object: String, names: [String], answer: String, result: String
  ) {
    #expect(
      JSONText.of(object).adding(members: names, from: .of(answer)) == .of(result), "\(object)")
  }

  private let parser = ClientMessageParser(updatableFields: ["title", "starred"])

  @Test func `changes of a note are filtered, and nothing else is`() throws {
    let value = #"{ "x" : 1, "\u0074itle" : "a\u0062" }"#
    let note = Resource.note(try NoteID("n1"))
    let folder = Resource.folder(try FolderID("f1"))
    let rows: [(text: String, request: ClientRequest)] = [
      (
        #"{"type":"note_update","noteId":"n1","changes":\#(value)}"#,
        .change(note, .update(changes: .of(#"{"\u0074itle":"a\u0062"}"#)))
      ),
      (
        #"{"type":"note_update","noteId":"n1","changes":{ "title" : 1 }}"#,
        .change(note, .update(changes: .of(#"{ "title" : 1 }"#)))
      ),
      (
        #"{"type":"note_created","noteData":{"id":"n1","x":1}}"#,
        .change(note, .create(data: .of(#"{"id":"n1","x":1}"#)))
      ),
      (
        #"{"type":"folder_updated","folderId":"f1","changes":{"x":1},"updatedFolder":{}}"#,
        .change(folder, .update(changes: .of(#"{"x":1}"#)))
      ),
    ]
    for (text, request) in rows {
      #expect(try parser.read(utf8(text)).request == request, "\(text)")
    }
  }

  @Test(arguments: ["{}", #"{"x":1}"#, #"{"x":{"title":1},"Title":2}"#])
  func `changes of which nothing is left are refused`(changes: String) throws {
    let text = #"{"type":"note_update","noteId":"n1","requestId":"r","changes":\#(changes)}"#
    let error = ClientMessageError(
      .invalidMessage, reason: "No valid fields to update", noteID: try NoteID("n1"),
      requestID: .named("r"))
    #expect(throws: error) { try parser.read(utf8(text)) }
  }
}
