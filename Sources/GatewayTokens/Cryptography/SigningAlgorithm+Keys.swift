package import GatewayTypes

/// What a key is made for: a public key's type and curve, or a secret.
///
/// Source: RFC 7518 section 6.1, RFC 8037 section 2.
package enum KeyType: Hashable, Sendable {
  case rsa
  case p256
  case p384
  case ed25519
  /// Bytes that signer and verifier share (`oct`).
  case secret
}

/// The SHA-2 functions of FIPS 180-4 that RFC 7518 names.
package enum HashFunction: Hashable, Sendable {
  case sha256
  case sha384
  case sha512

  /// The bytes of its result.
  package var size: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }
}

extension SigningAlgorithm {
  /// How an algorithm signs, apart from its hash.
  package enum Family: Hashable, Sendable {
    /// RFC 7518 section 3.2.
    case hmac
    /// RSASSA-PKCS1-v1_5, RFC 7518 section 3.3.
    case rsaPKCS1
    /// RSASSA-PSS, RFC 7518 section 3.5.
    case rsaPSS
    /// RFC 7518 section 3.4.
    case ecdsa
    /// Ed25519 of RFC 8037 section 3.1.
    case edDSA
  }

  package var family: Family {
    switch self {
    case .hs256, .hs384, .hs512: .hmac
    case .rs256, .rs384, .rs512: .rsaPKCS1
    case .ps256, .ps384, .ps512: .rsaPSS
    case .es256, .es384: .ecdsa
    case .edDSA: .edDSA
    }
  }

  /// The one type of key that may be used with it. RFC 8725 section 3.1: a key is for one
  /// algorithm, or a public RSA key, which everybody knows, could be taken for an HMAC secret.
  package var keyType: KeyType {
    switch self {
    case .hs256, .hs384, .hs512: .secret
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
    case .es256: .p256
    case .es384: .p384
    case .edDSA: .ed25519
    }
  }

  /// The hash over the message; for Ed25519 the one that it has inside.
  package var hash: HashFunction {
    switch self {
    case .hs256, .rs256, .ps256, .es256: .sha256
    case .hs384, .rs384, .ps384, .es384: .sha384
    case .hs512, .rs512, .ps512, .edDSA: .sha512
    }
  }
}
