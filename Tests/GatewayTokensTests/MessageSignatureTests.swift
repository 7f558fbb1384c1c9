import GatewayTokens
import GatewayTypes
import Testing

/// PROTOCOL.md, "Signed messages": whose signature verifies.
@Suite struct MessageSignatureTests {
  private let secret = SessionSecret(
    (0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef))
  /// What `JSON.stringify` of JavaScript (V8) makes of numbers, escapes and U+2028, and what its
  /// `createHmac("sha256", secret)` makes of that.
  private let text =
    #"{"payload":{"type":"note_update","noteId":"n1","requestId":"r1","changes":{"a":0.1,"#
    + #""b":1e+21,"c":0,"d":1e-7,"e":"é ☃ 😀","f":"line\#u{2028}sep\#u{2029}\#u{7f}\u0001\"\\/","#
    + #""g":[true,null,{}],"h":123456789012345680000,"i":5e-324}},"timestamp":1700000000123,"#
    + #""nonce":"9dd4e461268c8034f5c8564e155c67a6"}"#
  private let signature = "0a6gg3/kuy84AOhYmwPX0x7vMJdPBWHPwiI3Cg0PsOY="

  private func verifies(_ signature: String, _ text: String) -> Bool {
    MessageSignature.verifies(signature, of: Array(text.utf8), secret)
  }

  @Test func `what JavaScript signed verifies`() {
    #expect(verifies(signature, text))
  }

  @Test(arguments: [
    "", "=", "0a6gg3/kuy84AOhYmwPX0x7vMJdPBWHPwiI3Cg0PsOY",
    "0a6gg3_kuy84AOhYmwPX0x7vMJdPBWHPwiI3Cg0PsOY=",
    "0a6gg3/kuy84AOhYmwPX0x7vMJdPBWHPwiI3Cg0PsOZ=", "1a6gg3/kuy84AOhYmwPX0x7vMJdPBWHPwiI3Cg0PsOY=",
    "0a6gg3/kuy84AOhYmwPX0x7vMJdPBWHPwiI3Cg0PsOY=\n",
    "d1aea0837fe4bb2f3800e8589b03d7d31eef30974f0561cfc222370a0d0fb0e6",
  ])
  func `no other text is its signature`(other: String) {
    #expect(!verifies(other, text))
  }

  @Test func `each byte of what is signed counts`() {
    var bytes = Array(text.utf8)
    for index in bytes.indices {
      bytes[index] ^= 1
      #expect(!MessageSignature.verifies(signature, of: bytes, secret))
      bytes[index] ^= 1
    }
    #expect(!verifies(signature, text + " "))
  }

  @Test func `another connection's secret does not do`() {
    let other = SessionSecret((0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef, 0, 0))
    #expect(!MessageSignature.verifies(signature, of: Array(text.utf8), other))
  }

  @Test func `a secret is 64 hexadecimal digits, and is not printed`() {
    #expect(secret.text == String(repeating: "0123456789abcdef", count: 4))
    #expect(
      !"\(secret) \(String(reflecting: secret)) \(Mirror(reflecting: secret).children.count)"
        .contains("0123"))
  }
}
