import GatewayTokens
import GatewayTypes

/// Tokens, judged with a fixed set of keys.
///
/// An input is a token; or, in two lines, the header and the payload of one, which is then signed.
/// The fuzzer itself can't sign, so what is accepted is a token that an RFC prints, or has the HMAC
/// of the secret.
enum TokenTarget {
  static func check(_ input: [UInt8]) throws(Finding) -> FuzzTarget.Verdict {
    if let end = input.firstIndex(of: UInt8(ascii: "\n")) {
      return try checkSigned(header: Array(input[..<end]), payload: Array(input[(end + 1)...]))
    }
    return try checkToken(String(decoding: input, as: UTF8.self))
  }

  /// In the year that the tokens of RFC 7515 were good.
  private static let now = WallTime(milliseconds: 1_300_819_000_000)

  // MARK: Tokens

  private static let verifier = TokenVerifier(
    rules: TokenRules(algorithms: [.hs256, .rs256, .es256, .edDSA], userClaim: "iss"),
    keys: TokenTargetKeys.all)

  private static func checkToken(_ token: String) throws(Finding) -> FuzzTarget.Verdict {
    let verified: VerifiedToken
    do {
      verified = try verifier.verify(BearerToken(token), at: now)
    } catch {
      try require(error != .cryptographyFailed, "OpenSSL failed")
      return .refused
    }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    try require(parts.count == 3, "a token of \(parts.count) parts")
    let signed = "\(parts[0]).\(parts[1])"
    if !TokenTargetKeys.signedByOthers.contains(signed) {
      try require(parts[2] == TokenTargetKeys.code(of: signed), "a signature that is not genuine")
    }
    guard let payload = Base64URL.decode(Array(parts[1].utf8)),
      let claims = ReferenceMessage.text(payload)?.root
    else { throw Finding("claims that are not JSON") }
    try require(claims.member("iss")?.string == verified.user.text, "another user")
    return .accepted
  }

  // MARK: Claims

  private static let strictVerifier = TokenVerifier(
    rules: TokenRules(
      algorithms: [.hs256, .es256], issuer: "login", audiences: ["notes"],
      authorizedParties: ["app"], clockSkew: .seconds(5)),
    keys: TokenTargetKeys.all)

  private static func checkSigned(
    header: [UInt8], payload: [UInt8]
  ) throws(Finding) -> FuzzTarget.Verdict {
    let signed = Base64URL.encode(header) + "." + Base64URL.encode(payload)
    let token = BearerToken("\(signed).\(try TokenTargetKeys.code(of: signed))")
    let reference = ReferenceClaims(header: header, payload: payload, now: now)
    do {
      let verified = try strictVerifier.verify(token, at: now)
      guard let reference else { throw Finding("claims that should be refused") }
      try require(verified.user.text == reference.user, "another user")
      let expiry = Double(verified.expiresAt.milliseconds)
      try require(abs(expiry - reference.expiry * 1000) <= 1, "another expiry")
      return .accepted
    } catch let finding as Finding {
      throw finding
    } catch {
      try require(reference == nil, "refused, and sound: \(error)")
      return .refused
    }
  }
}
