package import GatewayTypes

/// What a genuine token says, as far as the gateway asks.
package struct VerifiedToken: Hashable, Sendable {
  package let user: UserID

  /// The token's `exp`. It is accepted for `TokenRules.clockSkew` longer, and whoever ends an
  /// authentication at its expiry has to wait as long.
  package let expiresAt: WallTime
}
