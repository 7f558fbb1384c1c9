package import GatewayTypes

/// All keys that tokens are verified with at one time. Immutable: a new set replaces the old whole.
package struct KeySet: Sendable {
  /// The most keys that are tried on one token: it bounds what a forged one can cost.
  package static let candidateCountMax = 8

  package let keys: [VerificationKey]

  /// Whether all that are to be here are; false until those that must be fetched have come.
  package let isComplete: Bool

  package init(_ keys: [VerificationKey], isComplete: Bool = true) {
    self.keys = keys
    self.isComplete = isComplete
  }

  /// These keys and, behind them, those that were fetched.
  package func completed(with fetched: [VerificationKey]) -> KeySet {
    KeySet(keys + fetched)
  }

  /// Those of `algorithms` that no key fits, so that no token of theirs can ever be accepted.
  package func algorithmsWithoutKey(among algorithms: [SigningAlgorithm]) -> [SigningAlgorithm] {
    algorithms.filter { algorithm in !keys.contains { $0.fits(algorithm) } }
  }

  /// The keys to try on a token, in this order, `candidateCountMax` at most.
  ///
  /// With a `kid`: the keys of that name, then those without a name, since a PEM file and a secret
  /// cannot say what the login service calls them. Without: all that fit (RFC 7515 appendix D).
  func candidates(for algorithm: SigningAlgorithm, keyID: String?) -> [VerificationKey] {
    let fitting = keys.filter { $0.fits(algorithm) }
    guard let keyID else { return Array(fitting.prefix(KeySet.candidateCountMax)) }
    let named = fitting.filter { $0.id?.isExactly(keyID) ?? false }
    let nameless = fitting.filter { $0.id == nil }
    return Array((named + nameless).prefix(KeySet.candidateCountMax))
  }

  /// Whether a key of that name is there, fitting or not.
  func hasKey(id: String) -> Bool {
    keys.contains { $0.id?.isExactly(id) ?? false }
  }
}
