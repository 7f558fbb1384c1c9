import GatewayTokens
import GatewayTypes

/// Makes HS256 tokens out of any texts, right or wrong, with a signature that is genuine.
enum TokenForge {
  /// 64 bytes: enough for every HMAC. Made for tests.
  static let secretText = "made-for-tests-and-for-nothing-else-0123456789-abcdefghijklmnopq"

  /// 2026-01-15 08:00 UTC, when all tokens here are verified.
  static let now = WallTime(milliseconds: 1_768_464_000_000)

  static func secret() throws -> HMACSecret {
    try HMACSecret(Array(secretText.utf8))
  }

  static func keys() throws -> KeySet {
    KeySet([try VerificationKey(secret: try secret(), algorithms: [.hs256, .hs384, .hs512])])
  }

  /// The signed token of a header and a payload, which need not even be JSON.
  static func token(
    header: String = #"{"alg":"HS256"}"#, payload: String, hash: HashFunction = .sha256
  ) throws -> BearerToken {
    try token(
      encodedHeader: Base64URL.encode(header.utf8), encodedPayload: Base64URL.encode(payload.utf8),
      hash: hash)
  }

  /// The signed token of two parts as they are.
  static func token(
    encodedHeader: String, encodedPayload: String, hash: HashFunction = .sha256
  ) throws -> BearerToken {
    let signed = encodedHeader + "." + encodedPayload
    let code = try secret().code(of: Array(signed.utf8), hash: hash)
    return BearerToken(signed + "." + Base64URL.encode(code))
  }

  /// A payload that is right, unless `members` say otherwise.
  static func payload(_ members: String = "", expiry: String = #""exp":1800000000"#) -> String {
    let all = [#""sub":"user_1""#, expiry, members].filter { !$0.isEmpty }
    return "{" + all.joined(separator: ",") + "}"
  }

  /// What became of a token: the user, or why not.
  static func outcome(
    _ token: BearerToken, _ rules: TokenRules, _ keys: KeySet, at now: WallTime = now
  ) -> Outcome {
    do {
      return .accepted(try TokenVerifier(rules: rules, keys: keys).verify(token, at: now))
    } catch {
      return .refused(error)
    }
  }
}

/// What a verifier said, so that a failed expectation shows both sides.
enum Outcome: Equatable {
  case accepted(VerifiedToken)
  case refused(TokenError)

  var isAccepted: Bool {
    switch self {
    case .accepted: true
    case .refused: false
    }
  }
}
