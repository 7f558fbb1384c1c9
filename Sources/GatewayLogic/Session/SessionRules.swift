package import GatewayTypes

/// What the configuration says of a connection's life; shared by all sessions, replaced whole.
package final class SessionRules: Sendable {
  package let limits: Limits
  /// `authentication.deadline`: from the connection's start to its first `auth_success`.
  package let authenticationDeadline: Duration
  /// `authentication.expiry_grace`: how long an expired authentication waits for its renewal.
  package let expiryGrace: Duration

  package init(
    limits: Limits, authenticationDeadline: Duration = .seconds(30),
    expiryGrace: Duration = .seconds(30)
  ) {
    self.limits = limits
    self.authenticationDeadline = authenticationDeadline
    self.expiryGrace = expiryGrace
  }

  /// Failed authentications in a row that end a connection. Source: PROTOCOL.md, "Tokens".
  static let authenticationFailuresMax = 5
  /// Bad messages in a row that end a connection. Source: PROTOCOL.md, "Client to gateway".
  static let badMessagesMax = 100
}
