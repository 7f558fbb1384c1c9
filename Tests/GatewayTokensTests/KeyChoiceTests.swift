import GatewayTokens
import GatewayTypes
import Testing

@Suite struct KeyChoiceTests {
  private static let rules = TokenRules(algorithms: [.rs256, .es256, .hs256])

  /// A JSON Web Key with more members.
  private func with(_ members: String, _ key: String) -> String {
    "{\(members)," + key.dropFirst()
  }

  private func outcome(_ token: String, _ keys: KeySet) -> Outcome {
    TokenForge.outcome(BearerToken(token), Self.rules, keys)
  }

  @Test func `a token that names its key is verified by the key of that name`() throws {
    let key = with(#""kid":"signing-1","alg":"RS256""#, TestKeys.rsaJWK)
    #expect(outcome(TestTokens.rs256Named, try KeySet(jsonWebKeys: [key])).isAccepted)
  }

  @Test func `a key of another name is not tried, and the name is unknown`() throws {
    for id in ["signing-2", "SIGNING-1", "signing-1 ", ""] {
      let key = with(#""kid":"\#(id)""#, TestKeys.rsaJWK)
      #expect(
        outcome(TestTokens.rs256Named, try KeySet(jsonWebKeys: [key]))
          == .refused(.unknownKey(id: "signing-1")))
    }
    #expect(outcome(TestTokens.rs256Named, KeySet([])) == .refused(.unknownKey(id: "signing-1")))
  }

  @Test func `a key without a name is tried on a token that names one`() throws {
    #expect(outcome(TestTokens.rs256Named, try KeySet(pems: [TestKeys.rsa])).isAccepted)
    #expect(outcome(TestTokens.rs256Named, try KeySet(jsonWebKeys: [TestKeys.rsaJWK])).isAccepted)
  }

  @Test func `the name stays unknown when the keys without one do not verify the token`() throws {
    let keys = try KeySet(pems: [TestKeys.rsaExponent3])
    #expect(outcome(TestTokens.rs256Named, keys) == .refused(.unknownKey(id: "signing-1")))
  }

  @Test func `a bad signature under a known name is a bad signature`() throws {
    let other = with(#""kid":"signing-1""#, UnfitKeys.rsaModulusJWKPrefix + #"Aw"}"#)
    let keys = try KeySet(jsonWebKeys: [other])
    #expect(outcome(TestTokens.rs256Named, keys) == .refused(.badSignature))
  }

  @Test func `a key of the right name and another type is not used`() throws {
    let keys = try KeySet(jsonWebKeys: [with(#""kid":"signing-1""#, TestKeys.p256JWK)])
    #expect(outcome(TestTokens.rs256Named, keys) == .refused(.noFittingKey))
    #expect(outcome(TestTokens.es256Named, keys).isAccepted)
  }

  @Test func `a key whose alg is another than the token's is not used`() throws {
    for name in ["RS384", "PS256"] {
      let keys = try KeySet(jsonWebKeys: [with(#""alg":"\#(name)""#, TestKeys.rsaJWK)])
      #expect(outcome(TestTokens.rs256, keys) == .refused(.noFittingKey), "\(name)")
    }
    let keys = try KeySet(jsonWebKeys: [with(#""alg":"RS256""#, TestKeys.rsaJWK)])
    #expect(outcome(TestTokens.rs256, keys).isAccepted)
  }

  @Test func `two keys of one name are both tried`() throws {
    let keys = try KeySet(jsonWebKeys: [
      with(#""kid":"signing-1""#, UnfitKeys.rsaModulusJWKPrefix + #"Aw"}"#),
      with(#""kid":"signing-1""#, TestKeys.p256JWK),
      with(#""kid":"signing-1""#, TestKeys.rsaJWK),
    ])
    #expect(outcome(TestTokens.rs256Named, keys).isAccepted)
  }

  @Test func `a token that names no key is tried with eight keys that fit it`() throws {
    let other = UnfitKeys.rsaModulusJWKPrefix + #"Aw"}"#
    let unfit = Array(repeating: TestKeys.p256JWK, count: 20)
    for (otherCount, isFound) in [(0, true), (7, true), (8, false)] {
      let keys = unfit + Array(repeating: other, count: otherCount) + [TestKeys.rsaJWK]
      let outcome = outcome(TestTokens.rs256, try KeySet(jsonWebKeys: keys))
      #expect(outcome.isAccepted == isFound, "\(otherCount) others before it")
      if !isFound { #expect(outcome == .refused(.badSignature)) }
    }
  }

  @Test func `the key of the right name comes before those without one`() throws {
    let nameless = Array(repeating: UnfitKeys.rsaModulusJWKPrefix + #"Aw"}"#, count: 8)
    let keys = nameless + [with(#""kid":"signing-1""#, TestKeys.rsaJWK)]
    #expect(outcome(TestTokens.rs256Named, try KeySet(jsonWebKeys: keys)).isAccepted)
  }

  @Test func `a token without a name waits for the keys that have not been fetched yet`() throws {
    let bad = Self.signedByNobody(TestTokens.rs256)
    for keys in [KeySet([], isComplete: false), try Self.incomplete([TestKeys.p256JWK])] {
      #expect(outcome(TestTokens.rs256, keys) == .refused(.keysNotThere))
      #expect(outcome(bad, keys) == .refused(.keysNotThere))
    }
    let whole = KeySet([], isComplete: false)
      .completed(with: try KeySet(jsonWebKeys: [TestKeys.rsaJWK]).keys)
    #expect(outcome(TestTokens.rs256, whole).isAccepted)
    #expect(outcome(bad, whole) == .refused(.badSignature))
  }

  @Test func `what is there already is enough for a token that it verifies`() throws {
    let keys = try Self.incomplete([with(#""kid":"signing-1""#, TestKeys.rsaJWK)])
    #expect(outcome(TestTokens.rs256, keys).isAccepted)
    #expect(outcome(TestTokens.rs256Named, keys).isAccepted)
    #expect(
      outcome(Self.signedByNobody(TestTokens.rs256Named), keys) == .refused(.badSignature))
  }

  @Test func `a token for the secret waits for no keys`() throws {
    let keys = KeySet(try TokenForge.keys().keys, isComplete: false)
    let token = try TokenForge.token(payload: TokenForge.payload())
    #expect(outcome(token.text, keys).isAccepted)
    #expect(outcome(Self.signedByNobody(token.text), keys) == .refused(.badSignature))
    #expect(outcome(token.text, KeySet([], isComplete: false)) == .refused(.noFittingKey))
  }

  @Test func `fetching can help where a key is missing, and nowhere else`() {
    for error in [TokenError.unknownKey(id: "a"), .keysNotThere] {
      #expect(error.isForWantOfKey)
      #expect(error.failure == .failed)
    }
    for error in [TokenError.badSignature, .noFittingKey, .expired, .algorithmNotAllowed] {
      #expect(!error.isForWantOfKey)
    }
  }

  private static func incomplete(_ keys: [String]) throws -> KeySet {
    KeySet(try KeySet(jsonWebKeys: keys).keys, isComplete: false)
  }

  /// `token` with the end of its signature changed.
  private static func signedByNobody(_ token: String) -> String {
    token.dropLast(2) + "AA"
  }

  @Test func `a name in a token for the secret does not ask for a new key set`() throws {
    let token = try TokenForge.token(
      header: #"{"alg":"HS256","kid":"a"}"#, payload: TokenForge.payload())
    #expect(outcome(token.text, try TokenForge.keys()).isAccepted)
    #expect(outcome(token.text, KeySet([])) == .refused(.noFittingKey))
    let forged = token.text.dropLast(2) + "AA"
    #expect(outcome(String(forged), try TokenForge.keys()) == .refused(.badSignature))
  }
}
