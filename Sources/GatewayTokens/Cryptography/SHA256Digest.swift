internal import COpenSSL

/// The SHA-256 of some bytes: a name for them of fixed size that does not give them away.
package struct SHA256Digest: Hashable, Sendable {
  /// 32 bytes.
  package let bytes: [UInt8]

  package init(of message: [UInt8]) throws(CryptographyError) {
    var digest = [UInt8](repeating: 0, count: HashFunction.sha256.size)
    guard ng_jose_sha256(message, message.count, &digest) == .ok else { throw CryptographyError() }
    bytes = digest
  }
}
