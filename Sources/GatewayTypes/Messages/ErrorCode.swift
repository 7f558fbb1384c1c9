/// The `code` of an `error` message.
///
/// Source: PROTOCOL.md, "Error codes".
package enum ErrorCode: String, CaseIterable, Hashable, Sendable {
  case invalidJSON = "invalid_json"
  case invalidMessage = "invalid_message"
  case unknownType = "unknown_type"
  case authenticationRequired = "authentication_required"
  case tokenExpired = "token_expired"
  case notFound = "not_found"
  case upstreamRejected = "upstream_rejected"
  case upstreamUnavailable = "upstream_unavailable"
  case upstreamTimeout = "upstream_timeout"
  case rateLimited = "rate_limited"
  case tooLarge = "too_large"
  case tooManyConnections = "too_many_connections"
  case tooManyRooms = "too_many_rooms"
  case overloaded = "overloaded"
  case signatureInvalid = "signature_invalid"
}

extension ErrorCode {
  /// The text that goes with the code where nothing more precise can be said.
  ///
  /// `invalid_message`, `too_large` and `too_many_rooms` always say more: which field, which limit.
  package var defaultMessage: String {
    switch self {
    case .invalidJSON: "Invalid message format"
    case .invalidMessage: "Invalid message"
    case .unknownType: "Unknown message type"
    case .authenticationRequired: "Authentication required"
    case .tokenExpired: "Token expired, authenticate again"
    case .notFound: "Note not found or access denied"
    case .upstreamRejected: "The notes API refused the request"
    case .upstreamUnavailable, .upstreamTimeout: "Failed to update note"
    case .rateLimited: "Rate limit exceeded. Please slow down."
    case .tooLarge: "Message too large."
    case .tooManyConnections: "Maximum connections exceeded for this user"
    case .tooManyRooms: "Too many notes joined."
    case .overloaded: "Gateway overloaded, try again"
    case .signatureInvalid: "Message authentication failed"
    }
  }
}
