import GatewayTypes

/// What PROTOCOL.md, "Signed messages", says of an object that is no message itself.
struct ReferenceEnvelope {
  private let root: ReferenceJSON
  private let payload: ReferenceJSON

  /// Nil for what is no envelope.
  init?(_ root: ReferenceJSON, in input: [UInt8]) {
    guard root.member("type")?.string == nil, let payload = root.member("payload") else {
      return nil
    }
    self.root = root
    self.payload = payload
  }

  /// Judges what was made of `input`. Returns whether it is an envelope with a message in it.
  func judge(
    _ text: Result<ClientText, ClientMessageError>, in input: [UInt8]
  ) throws(Finding) -> Bool {
    let message = ReferenceMessage(
      payload.isObject ? payload : nil, of: input, updatableFields: [])
    let isSound = payload.isObject && hasSoundFields(in: input)
    switch text {
    case .success(.message):
      throw Finding("an envelope taken for a message")
    case .failure(let error):
      try require(!isSound, "refused, and sound: \(error.reason)")
      try require(error.kind == .invalidMessage, "refused as \(error.kind)")
      try message.judgeNames(in: error)
      return false
    case .success(.signed(let signed)):
      try require(isSound, "an envelope that should be refused")
      try judge(signed, in: input)
      try message.judge(signed.content)
      return message.request != nil
    }
  }

  private func hasSoundFields(in input: [UInt8]) -> Bool {
    guard root.member("signature")?.string != nil, let time = root.member("timestamp"),
      case .number = time.content, let nonce = root.member("nonce")?.string
    else { return false }
    return (1...128).contains(nonce.utf8.count)
  }

  private func judge(_ signed: SignedMessage, in input: [UInt8]) throws(Finding) {
    func written(_ field: String) -> String {
      String(decoding: root.member(field).map { input[$0.range] } ?? [], as: UTF8.self)
    }
    let members = ["payload", "timestamp", "nonce"].map { "\"\($0)\":\(written($0))" }
    let text = "{" + members.joined(separator: ",") + "}"
    try require(signed.signedText.elementsEqual(text.utf8), "another text is signed")
    try require(signed.signature == root.member("signature")?.string, "another signature")
    try require(signed.nonce == root.member("nonce")?.string, "another nonce")
    let milliseconds = Double(written("timestamp")) ?? 0
    let clamped = max(-9e18, min(milliseconds, 9e18)).rounded(.towardZero)
    try require(Double(signed.writtenAt.milliseconds) == clamped, "written at another time")
  }
}
