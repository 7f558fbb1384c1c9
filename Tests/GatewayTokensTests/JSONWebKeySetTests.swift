import GatewayTokens
import GatewayTypes
import Testing

@Suite struct JSONWebKeySetTests {
  private static let ed25519 = #""kty":"OKP","crv":"Ed25519","x":"\#(x)""#
  private static let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

  private func set(_ keys: [String]) throws -> JSONWebKeySet {
    try JSONWebKeySet(Array((#"{"keys":["# + keys.joined(separator: ",") + "]}").utf8))
  }

  /// Why `key` is left out of a set; nil when it is not.
  private func defect(_ key: String) throws -> JSONWebKeyDefect? {
    try set(["{\(Self.ed25519)}", key]).problems.first?.defect
  }

  @Test(
    "a key of a supported type is taken",
    arguments: [
      (TestKeys.rsaJWK, KeyType.rsa), (TestKeys.p256JWK, .p256), (TestKeys.p384JWK, .p384),
      (TestKeys.ed25519JWK, .ed25519), (UnfitKeys.rsaModulusJWKPrefix + #"Aw"}"#, .rsa),
      (UnfitKeys.rsaModulusJWKPrefix + #"AAEAAQ"}"#, .rsa),
    ])
  func taken(_ key: String, _ type: KeyType) throws {
    let set = try set([key])
    #expect(set.problems.isEmpty)
    let fitting = SigningAlgorithm.allCases.filter { set.keys.first?.fits($0) ?? false }
    #expect(fitting == SigningAlgorithm.allCases.filter { $0.keyType == type })
  }

  @Test(
    "members that do not limit its use are not looked at",
    arguments: [
      #""use":"sig""#, #""key_ops":["verify"]"#, #""key_ops":["sign","verify"]"#,
      #""alg":"EdDSA""#, #""d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A""#, #""d":17"#,
      #""x5c":["not a certificate"]"#, #""ext":true"#, #""kid":"""#,
    ])
  func ignored(_ member: String) throws {
    #expect(try defect("{\(Self.ed25519),\(member)}") == nil)
  }

  @Test func `its kid and alg are kept`() throws {
    let keys = try set([#"{\#(Self.ed25519),"kid":"a","alg":"EdDSA"}"#, "{\(Self.ed25519)}"]).keys
    #expect(keys.map(\.id) == ["a", nil])
    #expect(keys.map(\.algorithm) == [.edDSA, nil])
  }

  struct BadKey: Sendable {
    let key: String
    let defect: JSONWebKeyDefect
  }

  static let bad = [
    BadKey(key: "17", defect: .notAnObject),
    BadKey(key: "null", defect: .notAnObject),
    BadKey(key: "[]", defect: .notAnObject),
    BadKey(key: "{}", defect: .memberMissing("kty")),
    BadKey(key: #"{"kty":1}"#, defect: .memberNotText("kty")),
    BadKey(key: #"{"kty":"oct","k":"AAAA"}"#, defect: .symmetric),
    BadKey(key: #"{"kty":"rsa","n":"AQAB","e":"AQAB"}"#, defect: .unsupportedType),
    BadKey(key: #"{"kty":"O\u212aP","crv":"Ed25519","x":"\#(x)"}"#, defect: .unsupportedType),
    BadKey(key: #"{\#(ed25519),"use":"enc"}"#, defect: .notForSignatures),
    BadKey(key: #"{\#(ed25519),"use":7}"#, defect: .memberNotText("use")),
    BadKey(key: #"{\#(ed25519),"key_ops":[]}"#, defect: .notForSignatures),
    BadKey(key: #"{\#(ed25519),"key_ops":["sign"]}"#, defect: .notForSignatures),
    BadKey(key: #"{\#(ed25519),"key_ops":"verify"}"#, defect: .notForSignatures),
    BadKey(key: #"{\#(ed25519),"alg":"ES512"}"#, defect: .unsupportedAlgorithm),
    BadKey(key: #"{\#(ed25519),"alg":"none"}"#, defect: .unsupportedAlgorithm),
    BadKey(key: #"{\#(ed25519),"alg":null}"#, defect: .memberNotText("alg")),
    BadKey(key: #"{\#(ed25519),"alg":"ES256"}"#, defect: .algorithmOfOtherKeyType),
    BadKey(key: #"{\#(ed25519),"alg":"HS256"}"#, defect: .algorithmOfOtherKeyType),
    BadKey(key: #"{\#(ed25519),"kid":7}"#, defect: .memberNotText("kid")),
    BadKey(key: #"{"kty":"OKP","crv":"Ed448","x":"AAAA"}"#, defect: .unsupportedCurve),
    BadKey(key: #"{"kty":"OKP","crv":"X25519","x":"\#(x)"}"#, defect: .unsupportedCurve),
    BadKey(key: #"{"kty":"OKP","crv":"Ed25519"}"#, defect: .memberMissing("x")),
    BadKey(key: #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)="}"#, defect: .memberNotBase64URL("x")),
    BadKey(key: UnfitKeys.ed25519ShortJWK, defect: .unusable(.malformed)),
    BadKey(key: #"{"kty":"EC","x":"AAAA","y":"AAAA"}"#, defect: .memberMissing("crv")),
    BadKey(key: #"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#, defect: .unsupportedCurve),
    BadKey(key: #"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#, defect: .unsupportedCurve),
    BadKey(key: UnfitKeys.p256OffCurveJWK, defect: .unusable(.pointOffCurve)),
    BadKey(key: UnfitKeys.p256ShortCoordinateJWK, defect: .unusable(.malformed)),
    BadKey(key: UnfitKeys.p256WrongCurveJWK, defect: .unusable(.malformed)),
    BadKey(key: #"{"kty":"EC","crv":"P-256","x":"","y":""}"#, defect: .unusable(.malformed)),
    BadKey(key: #"{"kty":"RSA","e":"AQAB"}"#, defect: .memberMissing("n")),
    BadKey(key: #"{"kty":"RSA","n":"","e":""}"#, defect: .unusable(.rsaModulus)),
    BadKey(key: UnfitKeys.rsa1024JWK, defect: .unusable(.rsaModulus)),
    BadKey(key: UnfitKeys.rsa8200JWK, defect: .unusable(.rsaModulus)),
    BadKey(key: UnfitKeys.rsaEvenModulusJWK, defect: .unusable(.rsaModulus)),
    BadKey(key: UnfitKeys.rsaModulusJWKPrefix + #""}"#, defect: .unusable(.rsaExponent)),
    BadKey(key: UnfitKeys.rsaModulusJWKPrefix + #"AA"}"#, defect: .unusable(.rsaExponent)),
    BadKey(key: UnfitKeys.rsaModulusJWKPrefix + #"AQ"}"#, defect: .unusable(.rsaExponent)),
    BadKey(key: UnfitKeys.rsaModulusJWKPrefix + #"AQAA"}"#, defect: .unusable(.rsaExponent)),
    BadKey(
      key: UnfitKeys.rsaModulusJWKPrefix + #"AQAAAAAAAAAB"}"#, defect: .unusable(.rsaExponent)),
  ]

  @Test("a key that is not fit is left out and named", arguments: bad)
  func leftOut(_ row: BadKey) throws {
    let found = try defect(row.key)
    #expect(found == row.defect, "\(row.key.prefix(200))")
  }

  /// The y of the points of order 1 to 8, and some with p = 2^255 - 19 added or the bit of x set.
  @Test(
    "an Ed25519 key of small order, for which anybody can sign, is left out",
    arguments: [
      [0], [1], [0] + Array(repeating: 0, count: 30) + [0x80],
      [1] + Array(repeating: 0, count: 30) + [0x80],
      [0xec] + Array(repeating: 0xff, count: 30) + [0x7f],
      [0xed] + Array(repeating: 0xff, count: 30) + [0x7f],
      [0xee] + Array(repeating: 0xff, count: 30) + [0xff],
      orderEight, orderEight.dropLast() + [0x85],
    ] as [[UInt8]])
  func smallOrder(_ start: [UInt8]) throws {
    let bytes = start + Array(repeating: 0, count: 32 - start.count)
    let key = #"{"kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.encode(bytes))"}"#
    #expect(try defect(key) == .unusable(.smallOrder))
  }

  private static let orderEight: [UInt8] = [
    0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
    0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
  ]

  @Test func `a problem names the key by its place and its kid, where that is harmless`() throws {
    let problems = try set([
      "{\(Self.ed25519)}", #"{"kty":"oct","kid":"one"}"#, #"{"kty":"oct","kid":"\u001b[31m"}"#,
    ]).problems
    #expect(
      problems.map(\.description) == [
        #"key 1 (kid one) is a secret ("oct"); give it as hmac_secret_file"#,
        #"key 2 is a secret ("oct"); give it as hmac_secret_file"#,
      ])
  }

  @Test(
    "a text that gives no keys is an error",
    arguments: [
      ("", JSONWebKeySetError.notJSON(position: 0)),
      ("[]", .notAKeySet), ("{}", .notAKeySet), (#"{"keys":{}}"#, .notAKeySet),
      (#"{"keys":null}"#, .notAKeySet), ("null", .notAKeySet),
      (#"{"keys":[]}"#, .noUsableKey([])),
    ])
  func noKeys(_ text: String, _ error: JSONWebKeySetError) {
    #expect(throws: error) { try JSONWebKeySet(Array(text.utf8)) }
  }

  @Test func `a set without a usable key says what is wrong with each`() {
    let text = #"{"keys":[{"kty":"oct"},{"kty":"RSA"}]}"#
    let error = #expect(throws: JSONWebKeySetError.self) { try JSONWebKeySet(Array(text.utf8)) }
    let description = error?.description ?? ""
    #expect(description.contains("key 0 is a secret"))
    #expect(description.contains(#"key 1 has no "n""#))
  }

  @Test func `a set that names a member twice is not read`() {
    let text = #"{"keys":[{\#(Self.ed25519),"x":"AAAA"}]}"#
    let error = #expect(throws: JSONWebKeySetError.self) { try JSONWebKeySet(Array(text.utf8)) }
    #expect(error?.description.contains("twice") ?? false)
  }

  @Test func `a set has at most 256 keys and a mebibyte`() throws {
    let key = "{\(Self.ed25519)}"
    #expect(try set(Array(repeating: key, count: 256)).keys.count == 256)
    #expect(throws: JSONWebKeySetError.tooManyKeys(count: 257)) {
      try set(Array(repeating: key, count: 257))
    }
    let spaces = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
    #expect(throws: JSONWebKeySetError.tooLarge(size: spaces.count)) { try JSONWebKeySet(spaces) }
  }
}
