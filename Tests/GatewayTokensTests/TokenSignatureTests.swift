import GatewayTokens
import GatewayTypes
import Testing

@Suite struct TokenSignatureTests {
  private static let all = TokenRules(algorithms: SigningAlgorithm.allCases)
  private static let user = UserID("user_1")

  private func keys() throws -> KeySet {
    try KeySet(pems: [TestKeys.rsa, TestKeys.p256, TestKeys.p384, TestKeys.ed25519])
  }

  @Test(
    "a genuine token of every algorithm is accepted, by PEM and by JSON Web Key",
    arguments: [
      (TestTokens.rs256, SigningAlgorithm.rs256, TestKeys.rsa, TestKeys.rsaJWK),
      (TestTokens.rs384, .rs384, TestKeys.rsa, TestKeys.rsaJWK),
      (TestTokens.rs512, .rs512, TestKeys.rsaCertificate, TestKeys.rsaJWK),
      (TestTokens.ps256, .ps256, TestKeys.rsa, TestKeys.rsaJWK),
      (TestTokens.ps384, .ps384, TestKeys.rsa, TestKeys.rsaJWK),
      (TestTokens.ps512, .ps512, TestKeys.rsa, TestKeys.rsaJWK),
      (TestTokens.es256, .es256, TestKeys.p256, TestKeys.p256JWK),
      (TestTokens.es256, .es256, TestKeys.p256Certificate, TestKeys.p256JWK),
      (TestTokens.es384, .es384, TestKeys.p384, TestKeys.p384JWK),
      (TestTokens.edDSA, .edDSA, TestKeys.ed25519, TestKeys.ed25519JWK),
    ])
  func genuine(_ text: String, _ algorithm: SigningAlgorithm, _ pem: String, _ jwk: String) throws {
    let rules = TokenRules(algorithms: [algorithm])
    for keys in [try KeySet(pems: [pem]), try KeySet(jsonWebKeys: [jwk])] {
      let outcome = TokenForge.outcome(BearerToken(text), rules, keys)
      guard case .accepted(let verified) = outcome else {
        Issue.record("\(algorithm): \(outcome)")
        continue
      }
      #expect(verified.user == Self.user)
      #expect(verified.expiresAt == WallTime(milliseconds: 1_800_000_000_000))
    }
  }

  @Test(
    "a token of an algorithm that is not configured is refused, though a key fits it",
    arguments: [
      TestTokens.rs256, TestTokens.ps256, TestTokens.es256, TestTokens.es384, TestTokens.edDSA,
    ])
  func notConfigured(_ text: String) throws {
    let outcome = TokenForge.outcome(
      BearerToken(text), TokenRules(algorithms: [.rs384, .hs256]), try keys())
    #expect(outcome == .refused(.algorithmNotAllowed))
  }

  @Test(
    "a forged signature is refused",
    arguments: [
      ("rs256ByOtherKey", ForgedTokens.rs256ByOtherKey),
      ("rs256HashedWithSHA1", ForgedTokens.rs256HashedWithSHA1),
      ("rs256PaddedAsPSS", ForgedTokens.rs256PaddedAsPSS),
      ("ps256PaddedAsPKCS1", ForgedTokens.ps256PaddedAsPKCS1),
      ("ps256WithoutSalt", ForgedTokens.ps256WithoutSalt),
      ("ps256WithLongSalt", ForgedTokens.ps256WithLongSalt),
      ("ps256WithOtherMask", ForgedTokens.ps256WithOtherMask),
      ("ps256WithOtherHash", ForgedTokens.ps256WithOtherHash),
      ("ps256WithoutLeadingZero", ForgedTokens.ps256WithoutLeadingZero),
      ("es256ByOtherKey", ForgedTokens.es256ByOtherKey),
      ("es256AsDER", ForgedTokens.es256AsDER),
      ("es256OnP384", ForgedTokens.es256OnP384),
      ("es384OnP256", ForgedTokens.es384OnP256),
      ("es256OverSHA512", ForgedTokens.es256OverSHA512),
      ("a key of the token's own", ForgedTokens.rs256WithOwnKey),
    ])
  func forged(_ name: String, _ text: String) throws {
    let outcome = TokenForge.outcome(BearerToken(text), Self.all, try keys())
    #expect(outcome == .refused(.badSignature), "\(name)")
  }

  @Test func `an expired forged token is a forged token`() throws {
    let outcome = TokenForge.outcome(
      BearerToken(ForgedTokens.rs256ExpiredByOtherKey), Self.all, try keys())
    #expect(outcome == .refused(.badSignature))
  }

  struct Tampering: Sendable {
    let name: String
    let change: @Sendable ([UInt8]) -> [UInt8]
  }

  /// What can be done to r and s, after Wycheproof's ecdsa_*_p1363 tables.
  static let tamperings = [
    Tampering(name: "empty") { _ in [] },
    Tampering(name: "one byte") { _ in [0] },
    Tampering(name: "last byte cut off") { $0.dropLast() },
    Tampering(name: "first byte cut off") { Array($0.dropFirst()) },
    Tampering(name: "r only") { Array($0.prefix($0.count / 2)) },
    Tampering(name: "zero behind") { $0 + [0] },
    Tampering(name: "zero before") { [0] + $0 },
    Tampering(name: "zero before r and s") {
      [0] + $0.prefix($0.count / 2) + [0] + $0.suffix($0.count / 2)
    },
    Tampering(name: "twice") { $0 + $0 },
    Tampering(name: "all zero") { $0.map { _ in 0 } },
    Tampering(name: "all ones") { $0.map { _ in 0xff } },
    Tampering(name: "r zero") { $0.prefix($0.count / 2).map { _ in 0 } + $0.suffix($0.count / 2) },
    Tampering(name: "s zero") { $0.prefix($0.count / 2) + $0.suffix($0.count / 2).map { _ in 0 } },
    Tampering(name: "r and s one") { old in
      let one = [UInt8](repeating: 0, count: old.count / 2 - 1) + [1]
      return one + one
    },
    Tampering(name: "r and s exchanged") { $0.suffix($0.count / 2) + $0.prefix($0.count / 2) },
    Tampering(name: "first bit") { [$0[0] ^ 0x80] + $0.dropFirst() },
    Tampering(name: "last bit") { $0.dropLast() + [$0[$0.count - 1] ^ 1] },
  ]

  @Test("a signature that was tampered with is refused", arguments: tamperings)
  func tampered(_ tampering: Tampering) throws {
    for text in [TestTokens.es256, TestTokens.es384, TestTokens.edDSA, TestTokens.ps256] {
      let parts = text.split(separator: ".")
      let signature = try #require(Base64URL.decode(Array(parts[2].utf8)))
      let changed = Base64URL.encode(tampering.change(signature))
      let outcome = TokenForge.outcome(
        BearerToken("\(parts[0]).\(parts[1]).\(changed)"), Self.all, try keys())
      #expect(outcome == .refused(.badSignature), "\(tampering.name): \(parts[0])")
    }
  }

  @Test func `the order of the curve as r or s is refused`() throws {
    let order: [UInt8] = [
      0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
      0x25, 0x51,
    ]
    let parts = TestTokens.es256.split(separator: ".")
    let signature = try #require(Base64URL.decode(Array(parts[2].utf8)))
    for changed in [order + signature.suffix(32), signature.prefix(32) + order, order + order] {
      let token = BearerToken("\(parts[0]).\(parts[1]).\(Base64URL.encode(changed))")
      #expect(TokenForge.outcome(token, Self.all, try keys()) == .refused(.badSignature))
    }
  }

  @Test func `no bit of what is signed can be changed`() throws {
    let keys = try keys()
    for text in [TestTokens.rs256, TestTokens.es256, TestTokens.edDSA] {
      let bytes = Array(text.utf8)
      for index in bytes.indices where index % 7 == 0 {
        var other = bytes
        other[index] = other[index] == 0x41 ? 0x42 : 0x41
        let token = BearerToken(String(decoding: other, as: UTF8.self))
        #expect(!TokenForge.outcome(token, Self.all, keys).isAccepted, "byte \(index)")
      }
    }
  }

  @Test func `an RSA public key is not an HMAC secret`() throws {
    let header = Base64URL.encode(#"{"alg":"HS256"}"#.utf8)
    let signed = header + "." + Base64URL.encode(TokenForge.payload().utf8)
    // Signed by an attacker, who knows the public key and pretends that its text is the secret: so
    // with a space before it, since a secret cannot be made of PEM here.
    let secret = try HMACSecret(Array((" " + TestKeys.rsa).utf8))
    let code = try secret.code(of: Array(signed.utf8), hash: .sha256)
    let token = BearerToken(signed + "." + Base64URL.encode(code))
    #expect(TokenForge.outcome(token, Self.all, try keys()) == .refused(.noFittingKey))
    let rules = TokenRules(algorithms: [.rs256])
    #expect(TokenForge.outcome(token, rules, try keys()) == .refused(.algorithmNotAllowed))
  }

  @Test func `HMAC of another hash than alg says is refused`() throws {
    for (name, hash) in [
      ("HS256", HashFunction.sha512), ("HS512", .sha256), ("HS384", .sha512),
    ] {
      let token = try TokenForge.token(
        header: #"{"alg":"\#(name)"}"#, payload: TokenForge.payload(), hash: hash)
      let outcome = TokenForge.outcome(token, Self.all, try TokenForge.keys())
      #expect(outcome == .refused(.badSignature), "\(name)")
    }
  }

  @Test func `one verifier serves many threads at once`() async throws {
    let verifier = TokenVerifier(rules: Self.all, keys: try keys())
    let texts = [TestTokens.rs256, TestTokens.ps256, TestTokens.es384, TestTokens.edDSA]
    let accepted = await withTaskGroup(of: Int.self) { group in
      for task in 0..<8 {
        group.addTask {
          (0..<50).count { index in
            let token = BearerToken(texts[(task + index) % texts.count])
            do {
              return try verifier.verify(token, at: TokenForge.now).user == Self.user
            } catch {
              return false
            }
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(accepted == 400)
  }
}
