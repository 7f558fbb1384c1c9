package import GatewayTypes

/// Judges tokens by one set of rules and keys. Immutable, for any number of threads at once.
///
///     size → three parts → header → keys → signature → claims
///
/// The claims are judged only once the signature is genuine: a forged token that says it expired is
/// a forged token. Source: RFC 7515 section 5.2, RFC 7519 section 7.2, RFC 8725 section 3.
package struct TokenVerifier: Sendable {
  /// The most bytes of a token; larger ones are refused unread.
  package static let tokenSizeMax = 16 << 10

  package let rules: TokenRules
  package let keys: KeySet

  package init(rules: TokenRules, keys: KeySet) {
    self.rules = rules
    self.keys = keys
  }

  /// What `token` says, if it is genuine and all that the rules ask for at the time `now`.
  package func verify(
    _ token: BearerToken, at now: WallTime
  ) throws(TokenError) -> VerifiedToken {
    let size = token.text.utf8.count
    guard size <= TokenVerifier.tokenSizeMax else { throw .tooLarge(size: size) }
    let parts = try TokenParts(token)
    let header = try TokenHeader(parts.header, algorithms: rules.algorithms)
    try requireSignature(parts, header)
    return try TokenClaims(parts.payload).judge(rules, at: now)
  }

  private func requireSignature(
    _ parts: TokenParts, _ header: TokenHeader
  ) throws(TokenError) {
    let candidates = keys.candidates(for: header.algorithm, keyID: header.keyID)
    do {
      for key in candidates
      where try key.verifies(parts.signature, of: parts.signed, algorithm: header.algorithm) {
        return
      }
    } catch {
      throw .cryptographyFailed
    }
    // A secret never comes with a key set, so there fetching one anew could not help.
    if header.algorithm.family != .hmac {
      if let id = header.keyID {
        if !keys.hasKey(id: id) { throw .unknownKey(id: id) }
      } else if !keys.isComplete {
        throw .keysNotThere
      }
    }
    throw candidates.isEmpty ? .noFittingKey : .badSignature
  }
}

/// The decoded parts of a token. RFC 7515 section 7.1.
private struct TokenParts {
  let header: [UInt8]
  let payload: [UInt8]
  let signature: [UInt8]
  /// What the signature is over: header and payload as they came, with the dot between them.
  let signed: [UInt8]

  init(_ token: BearerToken) throws(TokenError) {
    let bytes = Array(token.text.utf8)
    let dot = UInt8(ascii: ".")
    // Three cuts, to see whether there is a third dot.
    let parts = bytes.split(separator: dot, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .notThreeParts }
    header = try TokenParts.decode(parts[0], .header)
    payload = try TokenParts.decode(parts[1], .payload)
    signature = try TokenParts.decode(parts[2], .signature)
    signed = Array(bytes.prefix(parts[0].count + 1 + parts[1].count))
  }

  private static func decode(
    _ text: ArraySlice<UInt8>, _ part: TokenPart
  ) throws(TokenError) -> [UInt8] {
    guard let bytes = Base64URL.decode(text) else { throw .notBase64URL(part) }
    return bytes
  }
}
