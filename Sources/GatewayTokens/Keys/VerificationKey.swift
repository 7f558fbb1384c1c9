package import GatewayTypes

/// One key that tokens are verified with, and what limits its use.
package struct VerificationKey: Sendable {
  private enum Material: Sendable {
    case publicKey(PublicKey)
    case secret(HMACSecret)
  }

  private let material: Material

  /// The `kid` by which tokens name it; nil for a key from a PEM file and for the secret.
  package let id: String?

  /// The only algorithm that it may be used with (`alg` of RFC 7517 section 4.4); nil for any that
  /// fits its type.
  package let algorithm: SigningAlgorithm?

  package init(
    publicKey: PublicKey, id: String? = nil, algorithm: SigningAlgorithm? = nil
  ) {
    material = .publicKey(publicKey)
    self.id = id
    self.algorithm = algorithm
  }

  /// `algorithms` are those that the configuration allows: the secret must be long enough for each
  /// HMAC among them. Errors: `secretTooShortFor`.
  package init(secret: HMACSecret, algorithms: [SigningAlgorithm]) throws(KeyError) {
    for algorithm in algorithms
    where algorithm.family == .hmac && secret.size < algorithm.hash.size {
      throw .secretTooShortFor(algorithm, size: secret.size)
    }
    material = .secret(secret)
    id = nil
    algorithm = nil
  }

  /// Whether a token of `algorithm` may be verified with it.
  package func fits(_ algorithm: SigningAlgorithm) -> Bool {
    guard self.algorithm == nil || self.algorithm == algorithm else { return false }
    switch material {
    case .publicKey(let key): return algorithm.keyType == key.type
    // RFC 7518 section 3.2: a secret shorter than the hash must not be used.
    case .secret(let secret):
      return algorithm.keyType == .secret && secret.size >= algorithm.hash.size
    }
  }

  /// Whether `signature` is this key's over `message`; false for an algorithm that does not fit.
  func verifies(
    _ signature: [UInt8], of message: [UInt8], algorithm: SigningAlgorithm
  ) throws(CryptographyError) -> Bool {
    guard fits(algorithm) else { return false }
    switch material {
    case .publicKey(let key):
      return try key.verifies(signature, of: message, algorithm: algorithm)
    case .secret(let secret):
      return try secret.verifies(signature, of: message, hash: algorithm.hash)
    }
  }
}
