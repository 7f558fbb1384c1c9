/// Whose token the upstream is shown (`upstream.identity`).
package enum UpstreamIdentity: String, CaseIterable, Hashable, Sendable {
  /// The client's own.
  case bearer
  /// The gateway's, with the user's name beside it.
  case service
}
