/// `websocket.allowed_origins`: which web pages may open a WebSocket connection.
///
/// A client that sends no `Origin`, being no web page, is not asked for one.
package enum AllowedOrigins: Hashable, Sendable {
  /// The list is empty: only pages whose `Origin` has the same host and port as the request.
  case sameHost
  /// The list has `*`.
  case any
  /// These, as browsers send them: `https://notes.example.com`, in lower case, the scheme's own
  /// port left out, so that they compare byte for byte with an `Origin` field.
  case listed(Set<String>)
}
