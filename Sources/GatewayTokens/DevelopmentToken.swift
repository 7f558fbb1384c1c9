package import GatewayTypes

/// Makes tokens where the gateway itself has the secret: for the `token` command and the demo. In
/// production tokens come from a login service.
package enum DevelopmentToken {
  /// A token for `user`, signed with `secret`, that is good from `now` on for `lifetime` and for
  /// less than two seconds more, since both are rounded up to a whole second. Source: RFC 7519
  /// section 7.1.
  ///
  /// `issuer`, `audience` and `authorizedParty` are left out where nil; `userClaim` is the claim
  /// that the verifier reads the user from.
  package static func make(
    user: UserID, lifetime: Duration, secret: HMACSecret, algorithm: SigningAlgorithm = .hs256,
    now: WallTime, issuer: String? = nil, audience: String? = nil, authorizedParty: String? = nil,
    userClaim: String = "sub"
  ) throws(DevelopmentTokenError) -> BearerToken {
    guard algorithm.family == .hmac else { throw .notAnHMACAlgorithm(algorithm) }
    guard secret.size >= algorithm.hash.size else {
      throw .secretTooShort(algorithm, size: secret.size)
    }
    guard !["iss", "aud", "azp", "exp", "iat"].contains(userClaim) else {
      throw .userClaimTaken(userClaim)
    }
    var claims = [(userClaim, quoted(user.text))]
    claims += try times(now: now, lifetime: lifetime)
    for (name, text) in [("iss", issuer), ("aud", audience), ("azp", authorizedParty)] {
      if let text { claims.append((name, quoted(text))) }
    }
    let members = claims.map { "\(quoted($0)):\($1)" }.joined(separator: ",")
    let header = #"{"alg":"\#(algorithm.rawValue)","typ":"JWT"}"#
    return try sign(header: header, payload: "{\(members)}", secret, algorithm)
  }

  /// 9999-12-31: the largest `exp` that the verifier accepts.
  private static let secondsMax: Int64 = 253_402_300_799

  private static func times(
    now: WallTime, lifetime: Duration
  ) throws(DevelopmentTokenError) -> [(String, String)] {
    guard (0...secondsMax * 1000).contains(now.milliseconds), lifetime > .zero,
      lifetime <= .seconds(secondsMax)
    else { throw .impossibleLifetime }
    let issued = now.milliseconds / 1000
    let (seconds, attoseconds) = lifetime.components
    let expires =
      issued + (now.milliseconds % 1000 > 0 ? 1 : 0) + seconds + (attoseconds > 0 ? 1 : 0)
    guard expires <= secondsMax else { throw .impossibleLifetime }
    return [("iat", "\(issued)"), ("exp", "\(expires)")]
  }

  private static func sign(
    header: String, payload: String, _ secret: HMACSecret, _ algorithm: SigningAlgorithm
  ) throws(DevelopmentTokenError) -> BearerToken {
    let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
    do {
      let code = try secret.code(of: Array(signed.utf8), hash: algorithm.hash)
      return BearerToken(signed + "." + Base64URL.encode(code))
    } catch {
      throw .cryptographyFailed
    }
  }

  /// `text` as a JSON string. RFC 8259 section 7.
  private static func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        json.unicodeScalars.append("\\")
        json.unicodeScalars.append(scalar)
      case "\0"..." ":
        json += scalar == " " ? " " : "\\u" + hexadecimal(UInt64(scalar.value), digits: 4)
      default:
        json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}

/// Why no development token could be made.
package enum DevelopmentTokenError: Error, Hashable, Sendable {
  case notAnHMACAlgorithm(SigningAlgorithm)
  case secretTooShort(SigningAlgorithm, size: Int)
  /// The configuration's `user_claim` is one that has a meaning of its own.
  case userClaimTaken(String)
  /// Not in the future, or beyond the year 9999.
  case impossibleLifetime
  case cryptographyFailed
}

extension DevelopmentTokenError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnHMACAlgorithm(let algorithm):
      "\(algorithm.rawValue) tokens are signed by the login service; only HS256, HS384 and HS512"
        + " tokens can be made here"
    case .secretTooShort(let algorithm, let size):
      "the secret \(KeyError.secretTooShortFor(algorithm, size: size))"
    case .userClaimTaken(let name):
      "user_claim is \(name), which a token of ours needs for something else"
    case .impossibleLifetime:
      "the lifetime must be more than nothing and end before the year 10000"
    case .cryptographyFailed:
      "\(CryptographyError())"
    }
  }
}
