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
  case tooLarge = "too_large"
  case tooManyRooms = "too_many_rooms"
  case overloaded = "overloaded"
}
