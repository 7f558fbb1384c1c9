internal import GatewayTypes
internal import GatewayWire

/// What a token's header asks for, found acceptable. Nothing in it is believed: it is not verified
/// yet, and keys or their addresses in it (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
///
/// Source: RFC 7515 section 4.1; RFC 8725 sections 3.1, 3.10 and 3.11.
struct TokenHeader {
  let algorithm: SigningAlgorithm
  let keyID: String?

  /// Reads the decoded header of a token that may only use `algorithms`.
  init(_ bytes: [UInt8], algorithms: [SigningAlgorithm]) throws(TokenError) {
    let header = try JSONNode.object(in: bytes, part: .header)
    guard let name = header["alg"]?.string,
      let algorithm = algorithms.first(where: { $0.rawValue.isExactly(name) })
    else { throw .algorithmNotAllowed }
    guard header["crit"] == nil else { throw .criticalExtension }
    // `false` must not be used in a token; `true` is what holds without it, and nobody sends it.
    guard header["b64"] == nil else { throw .unencodedPayload }
    try TokenHeader.requireTokenType(header["typ"])
    self.algorithm = algorithm
    keyID = try TokenHeader.keyID(header["kid"])
  }

  private static func keyID(_ member: JSONNode?) throws(TokenError) -> String? {
    guard let member else { return nil }
    guard let text = member.string else { throw .keyIDNotText }
    return text
  }

  /// A media type, so without regard to case, and with or without `application/` (RFC 7515 section
  /// 4.1.9). `at+jwt` is RFC 9068's access token. Any other type, such as `logout+jwt`, was signed
  /// to mean something else (RFC 8725 section 3.11).
  private static func requireTokenType(_ member: JSONNode?) throws(TokenError) {
    guard let member else { return }
    guard let text = member.string else { throw .wrongType }
    var type = text.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }[...]
    let prefix = Array("application/".utf8)
    if type.starts(with: prefix) { type = type.dropFirst(prefix.count) }
    guard type.elementsEqual("jwt".utf8) || type.elementsEqual("at+jwt".utf8) else {
      throw .wrongType
    }
  }
}

extension JSONNode {
  /// The JSON object that `bytes` are.
  static func object(in bytes: [UInt8], part: TokenPart) throws(TokenError) -> JSONNode {
    let document: JSONDocument
    do {
      document = try JSONDocument(bytes)
    } catch {
      throw .notJSONObject(part)
    }
    guard document.root.isObject else { throw .notJSONObject(part) }
    return document.root
  }
}
