package import GatewayTypes

/// Why a token was refused. The descriptions are for debug logs and hold nothing that a token said;
/// a client is told `failure` and no more.
package enum TokenError: Error, Hashable, Sendable {
  case tooLarge(size: Int)
  case notThreeParts
  case notBase64URL(TokenPart)
  /// Not JSON, not an object, or an object that names a member twice.
  case notJSONObject(TokenPart)
  /// `alg` is missing, not a string, or not one of the configuration's.
  case algorithmNotAllowed
  /// `crit`: the signer asks for an extension, and none is known here. RFC 7515 section 4.1.11.
  case criticalExtension
  /// `b64`, whatever its value. RFC 7797 section 7.
  case unencodedPayload
  case wrongType
  case keyIDNotText
  /// No key verifies it, and none has the name that it gives. The key set may be older than the
  /// key: fetching it anew can help.
  case unknownKey(id: String)
  /// No key verifies it, it names none, and the keys that must be fetched have not come yet.
  case keysNotThere
  /// There is no key that its algorithm could be used with.
  case noFittingKey
  case badSignature
  case claimMissing(String)
  /// The claim is not of its type, or out of the range that anything makes sense in.
  case claimMalformed(String)
  case notYetValid
  case wrongIssuer
  case wrongAudience
  case wrongAuthorizedParty
  /// Genuine and right in every way, but its time is over.
  case expired
  case cryptographyFailed
}

/// The parts of the compact serialisation. RFC 7515 section 7.1.
package enum TokenPart: String, Hashable, Sendable {
  case header
  case payload
  case signature
}

extension TokenError {
  /// Whether a key that is fetched may verify the token.
  package var isForWantOfKey: Bool {
    switch self {
    case .unknownKey, .keysNotThere:
      true
    case .tooLarge, .notThreeParts, .notBase64URL, .notJSONObject, .algorithmNotAllowed,
      .criticalExtension, .unencodedPayload, .wrongType, .keyIDNotText, .noFittingKey,
      .badSignature, .claimMissing, .claimMalformed, .notYetValid, .wrongIssuer, .wrongAudience,
      .wrongAuthorizedParty, .expired, .cryptographyFailed:
      false
    }
  }

  /// What a client is told.
  package var failure: AuthenticationFailure {
    switch self {
    case .expired:
      .expired
    case .tooLarge, .notThreeParts, .notBase64URL, .notJSONObject, .algorithmNotAllowed,
      .criticalExtension, .unencodedPayload, .wrongType, .keyIDNotText, .unknownKey, .keysNotThere,
      .noFittingKey, .badSignature, .claimMissing, .claimMalformed, .notYetValid, .wrongIssuer,
      .wrongAudience, .wrongAuthorizedParty, .cryptographyFailed:
      .failed
    }
  }
}

extension TokenError: CustomStringConvertible, CustomDebugStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let size): "\(size) bytes, more than \(TokenVerifier.tokenSizeMax)"
    case .notThreeParts: "not three parts with dots between them"
    case .notBase64URL(let part): "the \(part.rawValue) is not base64url"
    case .notJSONObject(let part):
      "the \(part.rawValue) is not a JSON object, or names a member twice"
    case .algorithmNotAllowed: "alg is not one of authentication.algorithms"
    case .criticalExtension: "crit asks for an extension"
    case .unencodedPayload: "b64 is in the header"
    case .wrongType: "typ is neither JWT nor at+jwt"
    case .keyIDNotText: "kid is not a string"
    case .unknownKey: "no key of that kid"
    case .keysNotThere: "the keys have not been fetched yet"
    case .noFittingKey: "no key for that alg"
    case .badSignature: "the signature is not genuine"
    case .claimMissing(let name): "\(name) is missing"
    case .claimMalformed(let name): "\(name) is of a wrong type or out of range"
    case .notYetValid: "nbf is in the future"
    case .wrongIssuer: "iss is not authentication.issuer"
    case .wrongAudience: "aud has none of authentication.audience"
    case .wrongAuthorizedParty: "azp is none of authentication.authorized_parties"
    case .expired: "expired"
    case .cryptographyFailed: "\(CryptographyError())"
    }
  }

  package var debugDescription: String { description }
}
