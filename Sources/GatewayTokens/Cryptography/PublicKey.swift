internal import COpenSSL
package import GatewayTypes

/// A public key of a login service, checked once when it is made: RSA of 2048 to 8192 bits, a point
/// on P-256 or P-384, or Ed25519.
///
/// Safe because the key behind the pointer never changes, and OpenSSL lets any number of threads
/// verify with one at once; it is freed when nobody refers to it any more.
package final class PublicKey: @unchecked Sendable {
  private let key: UnsafeMutablePointer<ng_jose_key>

  package let type: KeyType

  /// Reads the one PEM block in `pem`: a SubjectPublicKeyInfo (RFC 7468 section 13) or an X.509
  /// certificate, of which only the key is taken: its dates and its issuer are not looked at.
  package convenience init(pem: [UInt8]) throws(KeyError) {
    var key: UnsafeMutablePointer<ng_jose_key>?
    try self.init(adopting: &key, status: ng_jose_key_from_pem(pem, pem.count, &key))
  }

  /// RSA, of big-endian numbers. RFC 7518 section 6.3.1.
  convenience init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(KeyError) {
    var key: UnsafeMutablePointer<ng_jose_key>?
    let status = ng_jose_key_from_rsa(modulus, modulus.count, exponent, exponent.count, &key)
    try self.init(adopting: &key, status: status)
  }

  /// A point on P-256, each coordinate of 32 bytes. RFC 7518 section 6.2.1.
  convenience init(p256X x: [UInt8], y: [UInt8]) throws(KeyError) {
    var key: UnsafeMutablePointer<ng_jose_key>?
    let status = ng_jose_key_from_ec(.p256, x, x.count, y, y.count, &key)
    try self.init(adopting: &key, status: status)
  }

  /// A point on P-384, each coordinate of 48 bytes. RFC 7518 section 6.2.1.
  convenience init(p384X x: [UInt8], y: [UInt8]) throws(KeyError) {
    var key: UnsafeMutablePointer<ng_jose_key>?
    let status = ng_jose_key_from_ec(.p384, x, x.count, y, y.count, &key)
    try self.init(adopting: &key, status: status)
  }

  /// Ed25519, 32 bytes. RFC 8037 section 2.
  convenience init(ed25519 x: [UInt8]) throws(KeyError) {
    var key: UnsafeMutablePointer<ng_jose_key>?
    try self.init(adopting: &key, status: ng_jose_key_from_ed25519(x, x.count, &key))
  }

  private init(
    adopting key: inout UnsafeMutablePointer<ng_jose_key>?, status: ng_jose_status
  ) throws(KeyError) {
    guard status == .ok, let key else { throw KeyError(status) }
    self.key = key
    type =
      switch key.pointee.type {
      case .rsa: .rsa
      case .p256: .p256
      case .p384: .p384
      case .ed25519: .ed25519
      }
  }

  deinit {
    ng_jose_key_free(key)
  }

  /// Whether `signature`, in the form of RFC 7518 section 3, is this key's over `message`; false as
  /// well for an algorithm that is not for this type of key.
  package func verifies(
    _ signature: [UInt8], of message: [UInt8], algorithm: SigningAlgorithm
  ) throws(CryptographyError) -> Bool {
    let scheme: ng_jose_scheme
    switch algorithm.family {
    case .hmac: return false
    case .rsaPKCS1: scheme = .pkcs1
    case .rsaPSS: scheme = .pss
    case .ecdsa: scheme = .ecdsa
    case .edDSA: scheme = .edDSA
    }
    let status = ng_jose_verify(
      key, scheme, algorithm.hash.native, message, message.count, signature, signature.count)
    guard status != .failed else { throw CryptographyError() }
    return status == .ok
  }
}
