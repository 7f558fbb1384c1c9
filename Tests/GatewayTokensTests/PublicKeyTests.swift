import GatewayTokens
import GatewayTypes
import Testing

@Suite struct PublicKeyTests {
  @Test(
    "a PEM public key or certificate is read",
    arguments: [
      (TestKeys.rsa, KeyType.rsa), (TestKeys.rsaExponent3, .rsa), (TestKeys.rsaCertificate, .rsa),
      (TestKeys.p256, .p256), (TestKeys.p256Certificate, .p256), (TestKeys.p384, .p384),
      (TestKeys.ed25519, .ed25519),
      ("a comment\r\n\r\n" + TestKeys.p256 + "\n\nbehind it", .p256),
    ])
  func accepted(_ pem: String, _ type: KeyType) throws {
    #expect(try PublicKey(pem: Array(pem.utf8)).type == type)
  }

  struct BadPEM: Sendable {
    let name: String
    let pem: String
    let error: KeyError
  }

  static let bad = [
    BadPEM(name: "nothing", pem: "", error: .notPEM),
    BadPEM(name: "a text", pem: "ssh-ed25519 AAAAC3Nz", error: .notPEM),
    BadPEM(name: "NUL bytes", pem: "\0\0\0\0", error: .notPEM),
    BadPEM(
      name: "cut off", pem: String(TestKeys.rsa.prefix(200)), error: .notPEM),
    BadPEM(
      name: "not base64", pem: "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n",
      error: .notPEM),
    BadPEM(
      name: "not a key", pem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
      error: .malformed),
    BadPEM(
      name: "not a certificate",
      pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", error: .malformed),
    BadPEM(
      name: "a private key",
      pem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", error: .privateKey),
    BadPEM(
      name: "an RSA private key",
      pem: "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
      error: .privateKey),
    BadPEM(name: "RSA PUBLIC KEY", pem: UnfitKeys.rsaPKCS1, error: .otherPEM),
    BadPEM(name: "two keys", pem: TestKeys.rsa + "\n" + TestKeys.p256, error: .severalPEM),
    BadPEM(
      name: "a chain", pem: TestKeys.rsaCertificate + "\n" + TestKeys.p256Certificate,
      error: .severalPEM),
    BadPEM(name: "RSA of 1024 bits", pem: UnfitKeys.rsa1024, error: .rsaModulus),
    BadPEM(name: "RSA-PSS", pem: UnfitKeys.rsaPSS, error: .unsupportedType),
    BadPEM(name: "Ed448", pem: UnfitKeys.ed448, error: .unsupportedType),
    BadPEM(name: "P-521", pem: UnfitKeys.p521, error: .unsupportedCurve),
    BadPEM(name: "secp256k1", pem: UnfitKeys.secp256k1, error: .unsupportedCurve),
    BadPEM(name: "explicit curve", pem: UnfitKeys.explicitCurve, error: .unsupportedCurve),
  ]

  @Test("anything else is refused, with the reason", arguments: bad)
  func refused(_ row: BadPEM) {
    #expect(throws: row.error, "\(row.name)") { try PublicKey(pem: Array(row.pem.utf8)) }
  }

  @Test func `a file of more than a mebibyte is not read`() {
    let pem = TestKeys.rsa + String(repeating: "\n", count: 1 << 20)
    #expect(throws: KeyError.malformed) { try PublicKey(pem: Array(pem.utf8)) }
  }

  @Test func `a key works with the algorithms of its type and with no other`() throws {
    for (pem, type) in [
      (TestKeys.rsa, KeyType.rsa), (TestKeys.p256, .p256), (TestKeys.p384, .p384),
      (TestKeys.ed25519, .ed25519),
    ] {
      let key = VerificationKey(publicKey: try PublicKey(pem: Array(pem.utf8)))
      let fitting = SigningAlgorithm.allCases.filter(key.fits)
      #expect(fitting == SigningAlgorithm.allCases.filter { $0.keyType == type })
    }
    let secret = try VerificationKey(secret: try TokenForge.secret(), algorithms: [])
    #expect(SigningAlgorithm.allCases.filter(secret.fits) == [.hs256, .hs384, .hs512])
  }

  @Test func `a secret is as long as the hash of every algorithm that is allowed`() throws {
    let secret = try HMACSecret([UInt8](repeating: 9, count: 47))
    #expect(throws: KeyError.secretTooShortFor(.hs384, size: 47)) {
      try VerificationKey(secret: secret, algorithms: [.hs256, .rs512, .hs384])
    }
    let key = try VerificationKey(secret: secret, algorithms: [.hs256, .rs512])
    #expect(SigningAlgorithm.allCases.filter(key.fits) == [.hs256])
  }

  @Test func `algorithms that no key fits are known`() throws {
    let keys = try KeySet(pems: [TestKeys.p256, TestKeys.rsa])
    let missing = keys.algorithmsWithoutKey(among: [.rs256, .es256, .es384, .hs256])
    #expect(missing == [.es384, .hs256])
    #expect(KeySet([]).algorithmsWithoutKey(among: [.rs256]) == [.rs256])
  }
}
