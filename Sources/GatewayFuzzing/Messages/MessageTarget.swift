import GatewayTypes
import GatewayWire

/// Messages of clients, in signed envelopes or not.
///
/// What is accepted, and what it then is, must be what `ReferenceMessage` and `ReferenceEnvelope`
/// take it for.
enum MessageTarget {
  private static let updatableFields = ["title", "content"]

  static func check(_ input: [UInt8]) throws(Finding) -> FuzzTarget.Verdict {
    let root = ReferenceMessage.text(input)?.root
    let filtered = ReferenceMessage(root, of: input, updatableFields: updatableFields)
    let parser = ClientMessageParser(updatableFields: updatableFields)
    try filtered.judge(try message(parser, input))
    let message = ReferenceMessage(root, of: input, updatableFields: [])
    try message.judge(try self.message(ClientMessageParser(), input))
    let text = read(ClientMessageParser(opensEnvelopes: true), input)
    guard let root, let envelope = ReferenceEnvelope(root, in: input) else {
      try message.judge(try content(text))
      return message.request == nil ? .refused : .accepted
    }
    let isSound = try envelope.judge(text, in: input)
    return isSound ? .accepted : .refused
  }

  private static func read(
    _ parser: ClientMessageParser, _ input: [UInt8]
  ) -> Result<ClientText, ClientMessageError> {
    do {
      return .success(try parser.parse(input))
    } catch {
      return .failure(error)
    }
  }

  private static func message(
    _ parser: ClientMessageParser, _ input: [UInt8]
  ) throws(Finding) -> Result<ClientMessage, ClientMessageError> {
    try content(read(parser, input))
  }

  /// The message that `text` is.
  private static func content(
    _ text: Result<ClientText, ClientMessageError>
  ) throws(Finding) -> Result<ClientMessage, ClientMessageError> {
    switch text {
    case .success(.message(let message)): return .success(message)
    case .success(.signed): throw Finding("an envelope where there is none")
    case .failure(let error): return .failure(error)
    }
  }
}

extension ReferenceMessage {
  /// Judges what was made of the text of which this is the reference.
  func judge(_ message: Result<ClientMessage, ClientMessageError>) throws(Finding) {
    switch message {
    case .success(let message):
      try require(message.request == request, "another request, or none")
      try require(message.requestID?.json.bytes == requestID, "another request's name")
    case .failure(let error):
      try require(request == nil, "refused, and sound: \(error.reason)")
      try require(error.kind == errorKind, "refused as \(error.kind)")
      try judgeNames(in: error)
    }
  }

  /// Judges all of an error but its kind.
  func judgeNames(in error: ClientMessageError) throws(Finding) {
    try require(error.noteID?.text == noteID, "another note in the error")
    try require(error.requestID?.json.bytes == requestID, "another request in the error")
    // So that it can't bring anything of the client's to where it is shown.
    try require(
      (1...100).contains(error.reason.utf8.count)
        && error.reason.utf8.allSatisfy { (0x20...0x7e).contains($0) },
      "a reason that is not a sentence of ours")
  }
}
