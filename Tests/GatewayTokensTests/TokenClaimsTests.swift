import GatewayTokens
import GatewayTypes
import Testing

/// All tokens here have a genuine HS256 signature, so that nothing but the rule refuses them.
@Suite struct TokenClaimsTests {
  private func outcome(
    _ payload: String, _ rules: TokenRules = TokenRules(algorithms: [.hs256]),
    at now: WallTime = TokenForge.now
  ) throws -> Outcome {
    let token = try TokenForge.token(payload: payload)
    return TokenForge.outcome(token, rules, try TokenForge.keys(), at: now)
  }

  private func rules(
    issuer: String? = nil, audiences: [String] = [], authorizedParties: [String] = [],
    userClaim: String = "sub", clockSkew: Duration = .zero
  ) -> TokenRules {
    TokenRules(
      algorithms: [.hs256], issuer: issuer, audiences: audiences,
      authorizedParties: authorizedParties, userClaim: userClaim, clockSkew: clockSkew)
  }

  @Test(
    "a payload that is not one JSON object is refused",
    arguments: [
      "", "null", "[]", "17", #""sub""#, "{", "hello",
      #"{"sub":"a","exp":1800000000,"sub":"b"}"#, #"{"sub":"a","exp":1800000000,"exp":1}"#,
      #"{"sub":"a","exp":1800000000,"\u0073ub":"b"}"#,
      #"{"sub":"a","exp":NaN}"#, #"{"sub":"a","exp":Infinity}"#, #"{"sub":"a","exp":1e400}"#,
      #"{"sub":"a","exp":-1e400}"#, #"{"sub":"a","exp":0x6b49d200}"#, #"{"sub":"a","exp":+1}"#,
      #"{"sub":"a","exp":01}"#, #"{"sub":"a","\u0000":1,"exp":1800000000}"#,
      #"{"sub":"\ud800","exp":1800000000}"#,
    ])
  func notJSON(_ payload: String) throws {
    #expect(try outcome(payload) == .refused(.notJSONObject(.payload)))
  }

  @Test(
    "exp, nbf and iat are numbers of seconds up to the year 9999",
    arguments: [
      #""1800000000""#, "null", "true", "[]", "[1800000000]", "{}", "-1", "-1800000000", "-0.001",
      "253402300800", "1800000000000", "1e15", "1e300", "9223372036854775807",
      "9223372036854775808", "99999999999999999999999999999999", "1.7976931348623157e308",
    ])
  func malformedTimes(_ value: String) throws {
    let exp = try outcome(TokenForge.payload(expiry: #""exp":\#(value)"#))
    #expect(exp == .refused(.claimMalformed("exp")))
    for name in ["nbf", "iat"] {
      let outcome = try outcome(TokenForge.payload(#""\#(name)":\#(value)"#))
      #expect(outcome == .refused(.claimMalformed(name)))
    }
  }

  @Test(
    "a time may have a fraction and any spelling of a number",
    arguments: [
      ("1800000000", Int64(1_800_000_000_000)), ("1800000000.0", 1_800_000_000_000),
      ("1.8e9", 1_800_000_000_000), ("18E+8", 1_800_000_000_000),
      ("1800000000.5", 1_800_000_000_500), ("1800000000.1234", 1_800_000_000_123),
      ("1800000000.9999", 1_800_000_001_000), ("253402300799", 253_402_300_799_000),
    ])
  func times(_ value: String, _ milliseconds: Int64) throws {
    let outcome = try outcome(TokenForge.payload(expiry: #""exp":\#(value)"#))
    guard case .accepted(let verified) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(verified.expiresAt == WallTime(milliseconds: milliseconds))
  }

  @Test func `exp is required`() throws {
    #expect(try outcome(#"{"sub":"user_1"}"#) == .refused(.claimMissing("exp")))
    #expect(try outcome(#"{"sub":"user_1","EXP":1800000000}"#) == .refused(.claimMissing("exp")))
  }

  @Test(
    "a token is good until exp and the clock skew, and not at that moment",
    arguments: [
      (Duration.zero, Int64(999), true), (.zero, 1000, false), (.zero, 1001, false),
      (.seconds(5), 5999, true), (.seconds(5), 6000, false), (.seconds(5), .max, false),
      (.seconds(-5), 999, true), (.seconds(-5), 1000, false), (.zero, 0, true), (.zero, .min, true),
      (.seconds(Int64.max), 9_000_000_000_000, true),
    ])
  func expiry(_ skew: Duration, _ now: Int64, _ isGood: Bool) throws {
    let payload = TokenForge.payload(expiry: #""exp":1"#)
    let outcome = try outcome(
      payload, rules(clockSkew: skew), at: WallTime(milliseconds: now))
    #expect(outcome.isAccepted == isGood, "\(outcome)")
    if !isGood { #expect(outcome == .refused(.expired)) }
  }

  @Test(
    "a token is not good before nbf less the clock skew",
    arguments: [
      (Duration.zero, Int64(999), false), (.zero, 1000, true), (.seconds(5), -4001, false),
      (.seconds(5), -4000, true), (.zero, .min, false),
    ])
  func notBefore(_ skew: Duration, _ now: Int64, _ isGood: Bool) throws {
    let outcome = try outcome(
      TokenForge.payload(#""nbf":1"#), rules(clockSkew: skew), at: WallTime(milliseconds: now))
    #expect(outcome.isAccepted == isGood, "\(outcome)")
    if !isGood { #expect(outcome == .refused(.notYetValid)) }
  }

  @Test func `iat may lie in the future`() throws {
    #expect(try outcome(TokenForge.payload(#""iat":1799999999"#)).isAccepted)
  }

  @Test func `only a token that is otherwise right is called expired`() throws {
    let expired = TokenForge.payload(#""iss":"a""#, expiry: #""exp":1"#)
    #expect(try outcome(expired, rules(issuer: "a")) == .refused(.expired))
    #expect(try outcome(expired, rules(issuer: "b")) == .refused(.wrongIssuer))
    #expect(TokenError.expired.failure == .expired)
    #expect(TokenError.wrongIssuer.failure == .failed)
    #expect(TokenError.unknownKey(id: "a").failure == .failed)
  }

  @Test(
    "iss is the configured issuer to the byte",
    arguments: [
      (#""iss":"https://é.example""#, nil as TokenError?),
      ("", .claimMissing("iss")), (#""iss":"""#, .wrongIssuer),
      (#""iss":"https://é.example/""#, .wrongIssuer), (#""iss":"HTTPS://é.example""#, .wrongIssuer),
      (#""iss":"https://e\u0301.example""#, .wrongIssuer),
      (#""iss":["https://é.example"]"#, .claimMalformed("iss")),
      (#""iss":null"#, .claimMalformed("iss")), (#""iss":1"#, .claimMalformed("iss")),
    ])
  func issuer(_ member: String, _ error: TokenError?) throws {
    let outcome = try outcome(
      TokenForge.payload(member), rules(issuer: "https://\u{e9}.example"))
    expect(outcome, error)
  }

  @Test(
    "aud names one of the configured audiences",
    arguments: [
      (#""aud":"notes""#, nil as TokenError?), (#""aud":["notes"]"#, nil),
      (#""aud":["other","more"]"#, nil), ("", .claimMissing("aud")),
      (#""aud":"other""#, .wrongAudience), (#""aud":"""#, .wrongAudience),
      (#""aud":[]"#, .wrongAudience), (#""aud":["other"]"#, .wrongAudience),
      (#""aud":"notes ""#, .wrongAudience), (#""aud":"notes,more""#, .wrongAudience),
      (#""aud":null"#, .claimMalformed("aud")), (#""aud":7"#, .claimMalformed("aud")),
      (#""aud":{"notes":1}"#, .claimMalformed("aud")),
      (#""aud":["notes",7]"#, .claimMalformed("aud")),
      (#""aud":[["notes"]]"#, .claimMalformed("aud")),
      (#""aud":["notes",null]"#, .claimMalformed("aud")),
    ])
  func audience(_ member: String, _ error: TokenError?) throws {
    let outcome = try outcome(TokenForge.payload(member), rules(audiences: ["notes", "more"]))
    expect(outcome, error)
  }

  @Test(
    "azp is one of the configured parties",
    arguments: [
      (#""azp":"web""#, nil as TokenError?), (#""azp":"ios""#, nil), ("", .claimMissing("azp")),
      (#""azp":"other""#, .wrongAuthorizedParty), (#""azp":"Web""#, .wrongAuthorizedParty),
      (#""azp":"""#, .wrongAuthorizedParty), (#""azp":["web"]"#, .claimMalformed("azp")),
      (#""azp":null"#, .claimMalformed("azp")),
    ])
  func authorizedParty(_ member: String, _ error: TokenError?) throws {
    let outcome = try outcome(
      TokenForge.payload(member), rules(authorizedParties: ["web", "ios"]))
    expect(outcome, error)
  }

  @Test(
    "without a rule the claim is not looked at",
    arguments: [#""iss":7"#, #""aud":{}"#, #""aud":"someone""#, #""azp":null"#, #""jti":[1]"#])
  func unruled(_ member: String) throws {
    #expect(try outcome(TokenForge.payload(member)).isAccepted)
  }

  @Test(
    "the user is the text of the configured claim",
    arguments: [
      (#""id":"user_1""#, nil as TokenError?), (#""id":"\u00fcser""#, nil),
      ("", .claimMissing("id")), (#""id":"""#, .claimMalformed("id")),
      (#""id":7"#, .claimMalformed("id")), (#""id":null"#, .claimMalformed("id")),
      (#""id":["user_1"]"#, .claimMalformed("id")), (#""id":"a\nb""#, .claimMalformed("id")),
      (#""id":"a\u007f""#, .claimMalformed("id")),
    ])
  func user(_ member: String, _ error: TokenError?) throws {
    let outcome = try outcome(TokenForge.payload(member), rules(userClaim: "id"))
    expect(outcome, error)
    if case .accepted(let verified) = outcome { #expect(verified.user != UserID("user_0")) }
  }

  @Test func `a user's name has at most 255 bytes`() throws {
    for (size, isGood) in [(255, true), (256, false)] {
      let name = String(repeating: "u", count: size)
      let payload = #"{"sub":"\#(name)","exp":1800000000}"#
      #expect(try outcome(payload).isAccepted == isGood)
    }
  }

  @Test func `no description holds what a token said`() {
    let errors = [
      TokenError.unknownKey(id: "SECRET"), .badSignature, .claimMalformed("sub"), .wrongIssuer,
    ]
    for error in errors {
      #expect(!"\(error) \(String(reflecting: error))".contains("SECRET"))
      #expect(!"\(error)".isEmpty)
    }
  }

  private func expect(_ outcome: Outcome, _ error: TokenError?) {
    if let error {
      #expect(outcome == .refused(error))
    } else {
      #expect(outcome.isAccepted, "\(outcome)")
    }
  }
}
