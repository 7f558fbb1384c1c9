import GatewayTypes
import GatewayWire
import Testing

/// PROTOCOL.md, "Gateway to client": every message as it goes over the wire.
@Suite struct GatewayMessageEncoderTests {
  private let connection = ConnectionID(worker: 1, slot: 2, generation: 3, nonce: 0xabc)
  private let position = NotePosition(epoch: Epoch(number: 0xfeed), sequence: 7)
  private let time = WallTime(milliseconds: 1_700_000_000_123)
  private let request = RequestID(unchecked: JSONText(unchecked: utf8(#""r\u0031""#)))
  private let json = JSONText(unchecked: utf8("{ \"a\" : 1.0 }"))

  @Test func `messages about the connection are those of the protocol`() throws {
    let user = try #require(UserID("u\"1"))
    let id = "000100000002000000030000000000000abc"
    expect(
      .connectionEstablished(connection),
      #"{"type":"connection_established","message":"Please authenticate to continue","#
        + #""connectionId":"\#(id)"}"#)
    expect(
      .authSuccess(user: user, expiresAt: time, connection: connection, requestID: request),
      #"{"type":"auth_success","message":"Authentication successful","userId":"u\"1","#
        + #""expiresAt":1700000000123,"connectionId":"\#(id)","requestId":"r\u0031"}"#)
    let secret = SessionSecret((1, 2, 3, 0xabc))
    expect(
      .authSuccess(
        user: user, expiresAt: time, connection: connection, secret: secret, requestID: nil),
      #"{"type":"auth_success","message":"Authentication successful","userId":"u\"1","#
        + #""expiresAt":1700000000123,"connectionId":"\#(id)","sessionSecret":"#
        + #""0000000000000001000000000000000200000000000000030000000000000abc"}"#)
    expect(
      .authFailed(.failed, requestID: nil),
      #"{"type":"auth_failed","message":"Authentication failed","reason":"auth-failed"}"#)
    expect(
      .authFailed(.expired, requestID: request),
      #"{"type":"auth_failed","message":"Token expired","reason":"token-expired","#
        + #""requestId":"r\u0031"}"#)
    expect(
      .goingAway(reconnectAfter: .milliseconds(1500)),
      #"{"type":"going_away","message":"The gateway is going away. Please reconnect later.","#
        + #""reconnectAfter":1500}"#)
    expect(
      .pong(at: time, requestID: request),
      #"{"type":"pong","timestamp":1700000000123,"requestId":"r\u0031"}"#)
  }

  @Test func `answers are those of the protocol`() throws {
    let note = try NoteID("n-1")
    expect(
      .noteJoined(note, position, requestID: request),
      #"{"type":"note_joined","noteId":"n-1","#
        + #""message":"Successfully joined note for real-time sync","#
        + #""epoch":"000000000000feed","seq":7,"requestId":"r\u0031"}"#)
    expect(.noteLeft(note, requestID: nil), #"{"type":"note_left","noteId":"n-1"}"#)
    expect(
      .noteUpdateSuccess(note, updatedNote: json, at: time, position, requestID: request),
      #"{"type":"note_update_success","noteId":"n-1","updatedNote":{ "a" : 1.0 },"#
        + #""timestamp":1700000000123,"epoch":"000000000000feed","seq":7,"requestId":"r\u0031"}"#)
    expect(
      .noteCreatedSuccess(noteData: json, at: time, requestID: request),
      #"{"type":"note_created_success","noteData":{ "a" : 1.0 },"timestamp":1700000000123,"#
        + #""requestId":"r\u0031"}"#)
    expect(
      .noteDeletedSuccess(note, at: time, requestID: nil),
      #"{"type":"note_deleted_success","noteId":"n-1","timestamp":1700000000123}"#)
  }

  @Test func `syncs are those of the protocol`() throws {
    let note = try NoteID("n-1")
    let user = try #require(UserID("u1"))
    expect(
      .noteSync(
        note, changes: JSONText(unchecked: utf8("{}")), updatedNote: json, at: time, from: user,
        NotePosition(epoch: Epoch(number: .max), sequence: .max)),
      #"{"type":"note_sync","noteId":"n-1","changes":{},"updatedNote":{ "a" : 1.0 },"#
        + #""timestamp":1700000000123,"fromUserId":"u1","epoch":"ffffffffffffffff","#
        + #""seq":18446744073709551615}"#)
    expect(
      .noteCreatedSync(noteData: json, at: time, from: user),
      #"{"type":"note_created_sync","noteData":{ "a" : 1.0 },"timestamp":1700000000123,"#
        + #""fromUserId":"u1"}"#)
    expect(
      .noteDeletedSync(note, at: time, from: user),
      #"{"type":"note_deleted_sync","noteId":"n-1","timestamp":1700000000123,"fromUserId":"u1"}"#)
  }

  @Test func `answers and syncs about folders are those of the protocol`() throws {
    let folder = try FolderID("f-1")
    let user = try #require(UserID("u1"))
    expect(
      .folderCreatedSuccess(folderData: json, at: time, requestID: request),
      #"{"type":"folder_created_success","folderData":{ "a" : 1.0 },"timestamp":1700000000123,"#
        + #""requestId":"r\u0031"}"#)
    expect(
      .folderUpdatedSuccess(folder, updatedFolder: json, at: time, requestID: nil),
      #"{"type":"folder_updated_success","folderId":"f-1","updatedFolder":{ "a" : 1.0 },"#
        + #""timestamp":1700000000123}"#)
    expect(
      .folderDeletedSuccess(folder, at: time, requestID: request),
      #"{"type":"folder_deleted_success","folderId":"f-1","timestamp":1700000000123,"#
        + #""requestId":"r\u0031"}"#)
    expect(
      .folderCreatedSync(folderData: json, at: time, from: user),
      #"{"type":"folder_created_sync","folderData":{ "a" : 1.0 },"timestamp":1700000000123,"#
        + #""fromUserId":"u1"}"#)
    expect(
      .folderUpdatedSync(
        folder, changes: JSONText(unchecked: utf8("{ }")), updatedFolder: json, at: time,
        from: user),
      #"{"type":"folder_updated_sync","folderId":"f-1","changes":{ },"#
        + #""updatedFolder":{ "a" : 1.0 },"timestamp":1700000000123,"fromUserId":"u1"}"#)
    expect(
      .folderDeletedSync(folder, at: time, from: user),
      #"{"type":"folder_deleted_sync","folderId":"f-1","timestamp":1700000000123,"#
        + #""fromUserId":"u1"}"#)
  }

  @Test func `an error says its code, and the rest where it is set`() throws {
    expect(
      .error(ErrorReport(.invalidJSON, message: "Invalid message format")),
      #"{"type":"error","message":"Invalid message format","code":"invalid_json"}"#)
    expect(
      .error(
        ErrorReport(
          .upstreamRejected, message: "no", noteID: try NoteID("n-1"), requestID: request,
          status: 409, isOutcomeUnknown: true)),
      #"{"type":"error","message":"no","code":"upstream_rejected","noteId":"n-1","status":409,"#
        + #""outcome":"unknown","requestId":"r\u0031"}"#)
  }

  private static let escapes: [(text: String, json: String)] = [
    ("plain", "plain"), ("\"\\/", #"\"\\/"#), ("\u{8}\t\n\u{c}\r", #"\b\t\n\f\r"#),
    ("\u{0}\u{1}\u{b}\u{1f}", #"\u0000\u0001\u000b\u001f"#), ("\u{7f}\u{2028}", "\u{7f}\u{2028}"),
    ("é€😀", "é€😀"), ("</script>", "</script>"), ("", ""),
  ]

  @Test(arguments: escapes)
  func `a text is escaped as far as JSON asks for it`(text: String, json: String) throws {
    let message = GatewayMessage.error(ErrorReport(.overloaded, message: text))
    expect(message, #"{"type":"error","message":"\#(json)","code":"overloaded"}"#)
    try GatewayMessageEncoder.text(of: message).withUnsafeBytes { bytes in
      let member = try JSONSlice(wholeText: bytes).member(named: "message")
      #expect(member?.decodedString == utf8(text), "\(json)")
    }
  }

  private func expect(_ message: GatewayMessage, _ text: String) {
    let encoded = GatewayMessageEncoder.text(of: message)
    #expect(String(decoding: encoded, as: UTF8.self) == text)
    #expect(GatewayMessageEncoder.frame(of: message) == EncodedFrame(text: utf8(text)), "\(text)")
  }
}
