import GatewayTesting
import GatewayTypes
import GatewayWire
import Testing

/// PROTOCOL.md, "Signed messages": what is an envelope, and what its signature is over.
@Suite struct SignedMessageTests {
  private let parser = ClientMessageParser(opensEnvelopes: true)

  private func open(_ text: String) throws -> SignedMessage {
    guard case .signed(let signed) = try parser.parse(utf8(text)) else {
      throw NotAnEnvelope()
    }
    return signed
  }

  private struct NotAnEnvelope: Error {}

  @Test func `the signed text is what stands in the envelope, character for character`() throws {
    let payload = #"{ "type" : "ping","x":[1.0,1e21, -0],"y":"\u00e9\/","é":"☃" }"#
    let rows: [(envelope: String, text: String)] = [
      (
        #"{"payload":\#(payload),"signature":"s","timestamp":17,"nonce":"n"}"#,
        #"{"payload":\#(payload),"timestamp":17,"nonce":"n"}"#
      ),
      (
        #"{"timestamp": 1.70e2 , "nonce":"\u006e\n", "signature":"s", "payload" : \#(payload) }"#,
        #"{"payload":\#(payload),"timestamp":1.70e2,"nonce":"\u006e\n"}"#
      ),
      (
        #"{"\u0070ayload":\#(payload),"signature":"s","timestamp":-1,"nonce":"n","more":{}}"#,
        #"{"payload":\#(payload),"timestamp":-1,"nonce":"n"}"#
      ),
    ]
    for (envelope, text) in rows {
      let signed = try open(envelope)
      #expect(readable(signed.signedText) == readable(utf8(text)))
      #expect(signed.content == .success(ClientMessage(.ping)))
      #expect(signed.signature == "s")
    }
  }

  @Test func `the nonce is what the string means, the time what the number does`() throws {
    let signed = try open(
      #"{"payload":{"type":"ping"},"signature":"","timestamp":1.7e12,"nonce":"\u006e☃"}"#)
    #expect(signed.nonce == "n☃")
    #expect(signed.writtenAt == WallTime(milliseconds: 1_700_000_000_000))
  }

  @Test(arguments: ["1e300", "-1e300", "9223372036854775808", "-99999999999999999999999"])
  func `a time beyond all times is the last or the first`(number: String) throws {
    let signed = try open(
      #"{"payload":{"type":"ping"},"signature":"","timestamp":\#(number),"nonce":"n"}"#)
    #expect(abs(signed.writtenAt.milliseconds) > 1 << 61)
  }

  @Test func `the message in it is one with a name of its own`() throws {
    let signed = try open(
      #"{"payload":{"type":"leave_note","noteId":"n1","requestId":"r"},"#
        + #""signature":"","timestamp":1,"nonce":"n","requestId":"outer"}"#)
    #expect(
      signed.content
        == .success(ClientMessage(requestID: .named("r"), .leaveNote(.named("n1")))))
  }

  @Test func `what is in it may be no message`() throws {
    let rows: [(payload: String, error: ClientMessageError)] = [
      ("{}", ClientMessageError(.invalidJSON, reason: "Invalid message format")),
      (
        #"{"type":"wave","requestId":"r"}"#,
        ClientMessageError(.unknownType, reason: "Unknown message type", requestID: .named("r"))
      ),
      (
        #"{"payload":{"type":"ping"},"signature":"","timestamp":1,"nonce":"n"}"#,
        ClientMessageError(.invalidJSON, reason: "Invalid message format")
      ),
    ]
    for (payload, error) in rows {
      let signed = try open(
        #"{"payload":\#(payload),"signature":"","timestamp":1,"nonce":"n"}"#)
      #expect(signed.content == .failure(error))
    }
  }

  @Test func `a missing or mistyped field is named, and the message in it answered`() throws {
    let message = #"{"type":"leave_note","noteId":"n1","requestId":"r"}"#
    let tooLong = String(repeating: "n", count: 129)
    let rows: [(text: String, reason: String, isNamed: Bool)] = [
      (
        #"{"payload":7,"signature":"","timestamp":1,"nonce":"n"}"#, "payload must be an object",
        false
      ),
      (#"{"payload":\#(message),"timestamp":1,"nonce":"n"}"#, "signature is missing", true),
      (
        #"{"payload":\#(message),"signature":1,"timestamp":1,"nonce":"n"}"#,
        "signature must be a string", true
      ),
      (#"{"payload":\#(message),"signature":"","nonce":"n"}"#, "timestamp is missing", true),
      (
        #"{"payload":\#(message),"signature":"","timestamp":"1","nonce":"n"}"#,
        "timestamp must be a number", true
      ),
      (#"{"payload":\#(message),"signature":"","timestamp":1}"#, "nonce is missing", true),
      (
        #"{"payload":\#(message),"signature":"","timestamp":1,"nonce":7}"#,
        "nonce must be a string", true
      ),
      (
        #"{"payload":\#(message),"signature":"","timestamp":1,"nonce":""}"#,
        "nonce must have 1 to 128 bytes", true
      ),
      (
        #"{"payload":\#(message),"signature":"","timestamp":1,"nonce":"\#(tooLong)"}"#,
        "nonce must have 1 to 128 bytes", true
      ),
    ]
    for (text, reason, isNamed) in rows {
      let error = ClientMessageError(
        .invalidMessage, reason: reason, noteID: isNamed ? .named("n1") : nil,
        requestID: isNamed ? .named("r") : nil)
      #expect(throws: error, "\(text)") { _ = try parser.parse(utf8(text)) }
    }
  }

  @Test func `what has a type is a message, whatever else it has`() throws {
    let text = #"{"type":"ping","payload":{},"signature":"","timestamp":1,"nonce":"n"}"#
    #expect(try parser.parse(utf8(text)) == .message(ClientMessage(.ping)))
  }

  @Test func `without message signing an envelope is no message`() {
    let text = #"{"payload":{"type":"ping"},"signature":"","timestamp":1,"nonce":"n"}"#
    #expect(throws: ClientMessageError(.invalidJSON, reason: "Invalid message format")) {
      _ = try ClientMessageParser().parse(utf8(text))
    }
  }
}
