package import GatewayTypes

/// What the configuration says of a connection's life; shared by all sessions, replaced whole.
package final class SessionRules: Sendable {
  package let limits: Limits
  /// `authentication.deadline`: from the connection's start to its first `auth_success`.
  package let authenticationDeadline: Duration
  /// `authentication.expiry`.
  package let expiry: Expiry
  /// `authentication.expiry_grace`: how long an expired authentication waits for its renewal.
  package let expiryGrace: Duration

  package init(
    limits: Limits, authenticationDeadline: Duration = .seconds(30),
    expiry: Expiry = .enforced, expiryGrace: Duration = .seconds(30)
  ) {
    self.limits = limits
    self.authenticationDeadline = authenticationDeadline
    self.expiry = expiry
    self.expiryGrace = expiryGrace
  }

  /// What the end of a token's time means for the connection that it opened.
  package enum Expiry: String, CaseIterable, Hashable, Sendable {
    /// The client is asked for another one.
    case enforced
    /// Nothing, until the upstream does not accept it any more.
    case atConnect = "at_connect"
  }

  /// Failed authentications in a row that end a connection. Source: PROTOCOL.md, "Tokens".
  static let authenticationFailuresMax = 5
  /// Bad messages in a row that end a connection. Source: PROTOCOL.md, "Client to gateway".
  static let badMessagesMax = 100
}
