internal import COpenSSL
package import GatewayTypes

/// Why something is not a key that tokens can be verified with. Never holds key material.
package enum KeyError: Error, Hashable, Sendable {
  case notPEM
  case otherPEM
  case privateKey
  case severalPEM
  case malformed
  case unsupportedType
  case unsupportedCurve
  case pointOffCurve
  case smallOrder
  case rsaModulus
  case rsaExponent
  case secretTooShort(size: Int, sizeMin: Int)
  case secretTooShortFor(SigningAlgorithm, size: Int)
  case secretIsPEM
  case cryptographyFailed
}

extension KeyError {
  /// What a status other than `ok` of a function that makes a key means.
  init(_ status: ng_jose_status) {
    self =
      switch status {
      case .noPEM: .notPEM
      case .otherPEM: .otherPEM
      case .privatePEM: .privateKey
      case .severalPEM: .severalPEM
      case .malformedKey: .malformed
      case .otherKeyType: .unsupportedType
      case .otherCurve: .unsupportedCurve
      case .pointOffCurve: .pointOffCurve
      case .smallOrder: .smallOrder
      case .rsaModulus: .rsaModulus
      case .rsaExponent: .rsaExponent
      case .ok, .badSignature, .failed: .cryptographyFailed
      }
  }
}

extension KeyError: CustomStringConvertible {
  /// For an operator, behind the name of the file: "clerk.pem: is a private key, …".
  package var description: String {
    switch self {
    case .notPEM:
      "has no PEM block (-----BEGIN PUBLIC KEY-----), or a broken one"
    case .otherPEM:
      "must be a PEM block PUBLIC KEY or CERTIFICATE; openssl pkey -pubout makes one"
    case .privateKey:
      "is a private key, which must not be here: give the public key (openssl pkey -pubout)"
    case .severalPEM:
      "has more than one PEM block; give the one key, or the one certificate, that signs tokens"
    case .malformed:
      "is damaged: its contents are not an encoded key"
    case .unsupportedType:
      "must be an RSA, EC or Ed25519 key"
    case .unsupportedCurve:
      "is an EC key on an unsupported curve; P-256 (ES256) and P-384 (ES384) are supported"
    case .pointOffCurve:
      "is an EC key whose point is not on its curve"
    case .smallOrder:
      "is an Ed25519 key of small order, for which anybody can sign"
    case .rsaModulus:
      "is an RSA key of an unsafe or unsupported size; it must have 2048 to 8192 bits"
    case .rsaExponent:
      "is an RSA key with an unsafe public exponent; 65537 is usual"
    case .secretTooShort(let size, let sizeMin):
      "has \(size) bytes; a secret must have at least \(sizeMin)"
    case .secretTooShortFor(let algorithm, let size):
      "has \(size) bytes; \(algorithm.rawValue) needs at least \(algorithm.hash.size)"
    case .secretIsPEM:
      "is a PEM file, not a secret: a public key would be a secret that everybody knows"
    case .cryptographyFailed:
      "could not be read: \(CryptographyError())"
    }
  }
}
