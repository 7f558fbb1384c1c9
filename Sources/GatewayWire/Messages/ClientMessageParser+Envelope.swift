import GatewayTypes

/// Messages in signed envelopes. Source: PROTOCOL.md, "Signed messages".
extension ClientMessageParser {
  /// The message in the envelope whose members `envelope` are.
  func open(_ envelope: ClientMessageFields) throws(ClientMessageError) -> SignedMessage {
    let payload: ClientMessageFields
    do {
      payload = try envelope.fields(of: "payload")
    } catch {
      throw ClientMessageError(error.kind, reason: error.reason)
    }
    do {
      let signature = try envelope.string("signature")
      let writtenAt = WallTime(clampingMilliseconds: try envelope.number("timestamp"))
      let nonce = try envelope.nonce()
      return SignedMessage(
        content: content(of: payload), signedText: envelope.signedText, signature: signature,
        writtenAt: writtenAt, nonce: nonce)
    } catch {
      // What is wrong is wrong with the envelope, but it is the message in it that has a name.
      throw ClientMessageError(error, answering: payload)
    }
  }

  private func content(
    of payload: ClientMessageFields
  ) -> Result<ClientMessage, ClientMessageError> {
    do {
      return .success(try message(of: payload))
    } catch {
      return .failure(error)
    }
  }
}

extension ClientMessageFields {
  /// Whether this is no message itself but has one in it.
  var isEnvelope: Bool { type == nil && root["payload"] != nil }

  fileprivate func nonce() throws(ClientFieldError) -> String {
    let nonce = try string("nonce")
    guard (1...SignedMessage.nonceSizeMax).contains(nonce.utf8.count) else {
      throw ClientFieldError("nonce must have 1 to \(SignedMessage.nonceSizeMax) bytes")
    }
    return nonce
  }

  /// What the signature is over; all members are there. The values are cut out of the envelope: any
  /// re-encoding would spell numbers, escapes and white space in another way than the client did.
  fileprivate var signedText: [UInt8] {
    var text: [UInt8] = []
    text.append(verbatim: "{\"payload\":")
    text.append(contentsOf: slice(of: "payload").bytes)
    text.append(verbatim: ",\"timestamp\":")
    text.append(contentsOf: slice(of: "timestamp").bytes)
    text.append(verbatim: ",\"nonce\":")
    text.append(contentsOf: slice(of: "nonce").bytes)
    text.append(verbatim: "}")
    return text
  }
}

extension WallTime {
  /// The time `milliseconds`, finite, after 1970, fractions dropped; one too far off to be told is
  /// the first or last that can be.
  fileprivate init(clampingMilliseconds milliseconds: Double) {
    let farthest = 9e18
    self.init(milliseconds: Int64(max(-farthest, min(milliseconds, farthest))))
  }
}
