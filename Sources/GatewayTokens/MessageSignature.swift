package import GatewayTypes

/// The signature of a client's message: base64 of an HMAC with SHA-256.
///
/// Source: PROTOCOL.md, "Signed messages"; RFC 2104; RFC 4648 section 4.
package enum MessageSignature {
  /// Whether `signature` is the one of `text` under `secret`. Takes the same time wherever it
  /// differs.
  ///
  /// False as well when OpenSSL can't compute it: what can't be verified is not believed.
  package static func verifies(
    _ signature: String, of text: [UInt8], _ secret: SessionSecret
  ) -> Bool {
    do {
      let key = try HMACSecret(Array(secret.text.utf8))
      let expected = Base64.encode(try key.code(of: text, hash: .sha256))
      return ConstantTime.areEqual(expected, Array(signature.utf8))
    } catch {
      return false
    }
  }
}
