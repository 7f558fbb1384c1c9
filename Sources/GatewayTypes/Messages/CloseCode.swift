/// The code with which the gateway closes a WebSocket connection.
///
/// Source: PROTOCOL.md, "Close codes"; RFC 6455 section 7.4.
package enum CloseCode: UInt16, CaseIterable, Hashable, Sendable {
  /// The gateway is going away: it was told to stop.
  case goingAway = 1001
  /// A text message was not UTF-8.
  case invalidPayload = 1007
  /// Too many bad messages in a row.
  case policyViolation = 1008
  case tooLarge = 1009
  case internalError = 1011
  /// Not authenticated in time, or expired and not renewed, or too many failures.
  case unauthenticated = 4401
  /// The outbound queue overflowed: the client reads too slowly.
  case tooSlow = 4408
  /// The user has as many connections as one may have.
  case tooManyConnections = 4429
}
