import GatewayTokens
import GatewayTypes
import Testing

@Suite struct DevelopmentTokenTests {
  private func user(_ text: String) throws -> UserID {
    try #require(UserID(text))
  }

  @Test func `a development token is accepted for its lifetime`() throws {
    let secret = try TokenForge.secret()
    for algorithm in [SigningAlgorithm.hs256, .hs384, .hs512] {
      let token = try DevelopmentToken.make(
        user: try user("user_1"), lifetime: .seconds(3600), secret: secret, algorithm: algorithm,
        now: TokenForge.now)
      let rules = TokenRules(algorithms: [algorithm], clockSkew: .zero)
      let end = TokenForge.now + .seconds(3600)
      let verifier = TokenVerifier(rules: rules, keys: try TokenForge.keys())
      let verified = try verifier.verify(token, at: TokenForge.now)
      #expect(verified.user == UserID("user_1"))
      #expect(verified.expiresAt == end)
      #expect(throws: TokenError.expired) { try verifier.verify(token, at: end) }
    }
  }

  @Test func `it carries all that strict rules ask for`() throws {
    let rules = TokenRules(
      algorithms: [.hs256], issuer: #"https://a.example/"quoted"\"#, audiences: ["é\u{1}"],
      authorizedParties: ["web"], userClaim: "https://a.example/user")
    let token = try DevelopmentToken.make(
      user: try user(#"o'ne "two" \three\ 🙂"#), lifetime: .milliseconds(1),
      secret: try TokenForge.secret(), now: TokenForge.now, issuer: rules.issuer,
      audience: rules.audiences.first, authorizedParty: rules.authorizedParties.first,
      userClaim: rules.userClaim)
    let outcome = TokenForge.outcome(token, rules, try TokenForge.keys())
    guard case .accepted(let verified) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(verified.user == UserID(#"o'ne "two" \three\ 🙂"#))
    #expect(verified.expiresAt == TokenForge.now + .seconds(1))
  }

  @Test(
    "only HMAC algorithms can be had",
    arguments: SigningAlgorithm.allCases.filter { $0.family != .hmac })
  func algorithms(_ algorithm: SigningAlgorithm) throws {
    #expect(throws: DevelopmentTokenError.notAnHMACAlgorithm(algorithm)) {
      try DevelopmentToken.make(
        user: try user("a"), lifetime: .seconds(1), secret: try TokenForge.secret(),
        algorithm: algorithm, now: TokenForge.now)
    }
  }

  @Test func `the secret is as long as the hash`() throws {
    let secret = try HMACSecret([UInt8](repeating: 1, count: 32))
    #expect(throws: DevelopmentTokenError.secretTooShort(.hs384, size: 32)) {
      try DevelopmentToken.make(
        user: try user("a"), lifetime: .seconds(1), secret: secret, algorithm: .hs384,
        now: TokenForge.now)
    }
  }

  @Test("a claim with a meaning is not the user's", arguments: ["iss", "aud", "azp", "exp", "iat"])
  func userClaims(_ name: String) throws {
    #expect(throws: DevelopmentTokenError.userClaimTaken(name)) {
      try DevelopmentToken.make(
        user: try user("a"), lifetime: .seconds(1), secret: try TokenForge.secret(),
        now: TokenForge.now, userClaim: name)
    }
  }

  @Test(
    "a lifetime is more than nothing and ends before the year 10000",
    arguments: [Duration.zero, .seconds(-1), .seconds(253_402_300_800), .seconds(Int64.max)])
  func lifetimes(_ lifetime: Duration) throws {
    #expect(throws: DevelopmentTokenError.impossibleLifetime) {
      try DevelopmentToken.make(
        user: try user("a"), lifetime: lifetime, secret: try TokenForge.secret(),
        now: TokenForge.now)
    }
  }
}
