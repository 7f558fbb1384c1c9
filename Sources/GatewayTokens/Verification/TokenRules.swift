package import GatewayTypes

/// What the configuration asks of a token. Source: CONFIGURATION.md, `authentication`.
package struct TokenRules: Hashable, Sendable {
  /// The only algorithms; what a token's header says never adds to them. RFC 8725 section 3.1.
  package let algorithms: [SigningAlgorithm]
  /// What `iss` must be, to the byte; nil: `iss` is not looked at.
  package let issuer: String?
  /// Of which `aud` must name one; empty: `aud` is not looked at.
  package let audiences: [String]
  /// Of which `azp` must be one; empty: `azp` is not looked at.
  package let authorizedParties: [String]
  /// The claim that names the user.
  package let userClaim: String
  /// How much the clocks of the login service and of this machine may differ; not negative.
  package let clockSkew: Duration

  package init(
    algorithms: [SigningAlgorithm], issuer: String? = nil, audiences: [String] = [],
    authorizedParties: [String] = [], userClaim: String = "sub", clockSkew: Duration = .seconds(5)
  ) {
    self.algorithms = algorithms
    self.issuer = issuer
    self.audiences = audiences
    self.authorizedParties = authorizedParties
    self.userClaim = userClaim
    self.clockSkew = max(.zero, clockSkew)
  }
}
