internal import GatewayTypes
internal import GatewayWire

/// The claims of a token whose signature was found genuine. Source: RFC 7519 section 4.1.
struct TokenClaims {
  private let claims: JSONNode

  /// Reads the decoded payload.
  init(_ bytes: [UInt8]) throws(TokenError) {
    claims = try JSONNode.object(in: bytes, part: .payload)
  }

  /// Judges the claims by `rules`, at the time `now`.
  ///
  /// Expiry comes last: "expired" tells a client that a new token of the same kind will do, which
  /// is true only when nothing else is wrong with this one.
  func judge(_ rules: TokenRules, at now: WallTime) throws(TokenError) -> VerifiedToken {
    guard let expiresAt = try time("exp") else { throw .claimMissing("exp") }
    if let notBefore = try time("nbf"), now + rules.clockSkew < notBefore { throw .notYetValid }
    // RFC 7519 section 4.1.6 has no rule for an `iat` in the future, and clocks differ; that it is
    // a time is all that is asked.
    _ = try time("iat")
    try requireIssuer(rules.issuer)
    try requireAudience(rules.audiences)
    try requireAuthorizedParty(rules.authorizedParties)
    let user = try user(rules.userClaim)
    guard now < expiresAt + rules.clockSkew else { throw .expired }
    return VerifiedToken(user: user, expiresAt: expiresAt)
  }

  /// The last second of the year 9999, the largest NumericDate. Larger ones are milliseconds by
  /// mistake, which would make a token live for ever, and they are refused so that it is found out.
  private static let timeMax = 253_402_300_799.0

  /// A NumericDate (RFC 7519 section 2): seconds since 1970, with a fraction or without.
  private func time(_ name: String) throws(TokenError) -> WallTime? {
    guard let claim = claims[name] else { return nil }
    guard let seconds = claim.number, (0...TokenClaims.timeMax).contains(seconds),
      let milliseconds = Int64(exactly: (seconds * 1000).rounded())
    else { throw .claimMalformed(name) }
    return WallTime(milliseconds: milliseconds)
  }

  private func requireIssuer(_ issuer: String?) throws(TokenError) {
    guard let issuer else { return }
    guard let text = try text("iss") else { throw .claimMissing("iss") }
    guard text.isExactly(issuer) else { throw .wrongIssuer }
  }

  /// RFC 7519 section 4.1.3: one string, or an array of strings.
  private func requireAudience(_ audiences: [String]) throws(TokenError) {
    guard !audiences.isEmpty else { return }
    guard let claim = claims["aud"] else { throw .claimMissing("aud") }
    for member in claim.elements ?? [claim] where member.string == nil {
      throw .claimMalformed("aud")
    }
    let named = (claim.elements ?? [claim]).compactMap(\.string)
    guard named.contains(where: { name in audiences.contains { $0.isExactly(name) } }) else {
      throw .wrongAudience
    }
  }

  /// OpenID Connect Core 1.0 section 2: the client that the token was issued to.
  private func requireAuthorizedParty(_ parties: [String]) throws(TokenError) {
    guard !parties.isEmpty else { return }
    guard let party = try text("azp") else { throw .claimMissing("azp") }
    guard parties.contains(where: { $0.isExactly(party) }) else { throw .wrongAuthorizedParty }
  }

  private func user(_ name: String) throws(TokenError) -> UserID {
    guard let text = try text(name) else { throw .claimMissing(name) }
    guard let user = UserID(text) else { throw .claimMalformed(name) }
    return user
  }

  private func text(_ name: String) throws(TokenError) -> String? {
    guard let claim = claims[name] else { return nil }
    guard let text = claim.string else { throw .claimMalformed(name) }
    return text
  }
}
