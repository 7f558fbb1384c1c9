import GatewayTokens
import Testing

@Suite struct CryptographyTests {
  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    var digits = hexadecimal[...]
    var bytes: [UInt8] = []
    while !digits.isEmpty {
      bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
      digits = digits.dropFirst(2)
    }
    return bytes
  }

  @Test(
    "SHA-256 is that of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func digests(_ text: String, _ digest: String) throws {
    #expect(try SHA256Digest(of: Array(text.utf8)).bytes == Self.bytes(digest))
  }

  /// RFC 4231 section 4.7 (test case 6): a key of 131 bytes of 0xaa.
  @Test(
    "HMAC is that of RFC 4231",
    arguments: [
      (HashFunction.sha256, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
      (
        .sha384,
        "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
          + "0c2ef6ab4030fe8296248df163f44952"
      ),
      (
        .sha512,
        "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
          + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
      ),
    ])
  func codes(_ hash: HashFunction, _ code: String) throws {
    let secret = try HMACSecret([UInt8](repeating: 0xaa, count: 131))
    let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
    let expected = Self.bytes(code)
    #expect(try secret.code(of: message, hash: hash) == expected)
    #expect(try secret.verifies(expected, of: message, hash: hash))
    #expect(try !secret.verifies(Array(expected.dropLast()), of: message, hash: hash))
    #expect(try !secret.verifies(expected + [0], of: message, hash: hash))
    #expect(try !secret.verifies([], of: message, hash: hash))
    for index in expected.indices {
      var other = expected
      other[index] ^= 1
      #expect(try !secret.verifies(other, of: message, hash: hash), "byte \(index)")
    }
  }

  @Test func `a secret has at least 32 bytes`() throws {
    #expect(throws: KeyError.secretTooShort(size: 31, sizeMin: 32)) {
      try HMACSecret([UInt8](repeating: 7, count: 31))
    }
    #expect(throws: KeyError.secretTooShort(size: 0, sizeMin: 32)) { try HMACSecret([]) }
    #expect(try HMACSecret([UInt8](repeating: 7, count: 32)).size == 32)
  }

  @Test(
    "one line end behind a text is not part of the secret",
    arguments: [
      ("\n", 40), ("\r\n", 40), ("", 40), ("\n\n", 42), ("é\n", 43), ("\t\n", 42), ("\u{0}\n", 42),
    ])
  func lineEnds(_ end: String, _ size: Int) throws {
    let contents = Array((String(repeating: "s", count: 40) + end).utf8)
    #expect(try HMACSecret(fileContents: contents).size == size)
  }

  @Test func `a line end does not make a secret long enough`() {
    #expect(throws: KeyError.secretTooShort(size: 31, sizeMin: 32)) {
      try HMACSecret(fileContents: Array((String(repeating: "s", count: 31) + "\n").utf8))
    }
  }

  @Test func `a PEM file is not a secret`() {
    #expect(throws: KeyError.secretIsPEM) { try HMACSecret(Array(TestKeys.rsa.utf8)) }
    #expect(throws: KeyError.secretIsPEM) { try HMACSecret(fileContents: Array(TestKeys.rsa.utf8)) }
  }

  @Test func `a secret is shown nowhere`() throws {
    let secret = try TokenForge.secret()
    var dumped = ""
    dump(secret, to: &dumped)
    for shown in ["\(secret)", String(reflecting: secret), dumped] {
      #expect(!shown.contains("made-for-tests"))
      #expect(!shown.contains("109"), "the bytes as numbers")
    }
  }
}
