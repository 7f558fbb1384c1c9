/// What one text message of a client holds.
package enum ClientText: Hashable, Sendable {
  case message(ClientMessage)
  case signed(SignedMessage)

  /// What it says, in an envelope or not.
  package var content: Result<ClientMessage, ClientMessageError> {
    switch self {
    case .message(let message): .success(message)
    case .signed(let signed): signed.content
    }
  }
}

/// A message in an envelope, read and not yet believed.
///
/// Source: PROTOCOL.md, "Signed messages".
package struct SignedMessage: Hashable, Sendable {
  /// The most bytes of UTF-8 that a nonce may have.
  package static let nonceSizeMax = 128

  /// What the envelope holds, as if it had come without one.
  package let content: Result<ClientMessage, ClientMessageError>
  /// What the signature is over: the client's own spelling of payload, timestamp and nonce.
  package let signedText: [UInt8]
  /// Base64 of a code, if it is one.
  package let signature: String
  /// When the client says that it wrote the message.
  package let writtenAt: WallTime
  /// 1 to `nonceSizeMax` bytes.
  package let nonce: String

  package init(
    content: Result<ClientMessage, ClientMessageError>, signedText: [UInt8], signature: String,
    writtenAt: WallTime, nonce: String
  ) {
    self.content = content
    self.signedText = signedText
    self.signature = signature
    self.writtenAt = writtenAt
    self.nonce = nonce
  }
}
