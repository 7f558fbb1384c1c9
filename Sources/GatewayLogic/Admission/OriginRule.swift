/// Which web pages may open a WebSocket connection (`websocket.allowed_origins`).
///
/// Source: RFC 6455 section 10.2, RFC 6454 section 6.2.
package enum OriginRule: Hashable, Sendable {
  /// Only pages whose origin has the host and port that the request was sent to.
  case sameHost
  case any
  /// Those in the list: lower case, without the scheme's own port.
  case listed(Set<String>)

  /// Whether a page of `origin`, as its browser says, may connect to `host`, the value of the
  /// request's `Host` field.
  package func allows(origin: String, host: String) -> Bool {
    switch self {
    case .any:
      true
    case .listed(let origins):
      origins.contains(OriginRule.normalised(origin))
    case .sameHost:
      OriginRule.isSame(origin.lowercased(), as: host.lowercased())
    }
  }

  /// `origin` in lower case and without the scheme's own port.
  private static func normalised(_ origin: String) -> String {
    let origin = origin.lowercased()
    guard let (scheme, authority) = parts(of: origin) else { return origin }
    return "\(scheme)://\(withoutPort(of: scheme, authority))"
  }

  private static func isSame(_ origin: String, as host: String) -> Bool {
    guard let (scheme, authority) = parts(of: origin) else { return false }
    // The request does not say by which scheme its client thinks it came: a proxy may have ended
    // TLS. The page's own decides which port is left out.
    return withoutPort(of: scheme, authority) == withoutPort(of: scheme, host)
  }

  /// Of an origin that a web server can have; nil for `null`, a file, an app.
  private static func parts(of origin: String) -> (scheme: String, authority: String)? {
    for scheme in ["http", "https"] where origin.hasPrefix("\(scheme)://") {
      let authority = String(origin.dropFirst(scheme.utf8.count + 3))
      return authority.isEmpty ? nil : (scheme, authority)
    }
    return nil
  }

  private static func withoutPort(of scheme: String, _ authority: String) -> String {
    let port = scheme == "https" ? ":443" : ":80"
    return authority.hasSuffix(port) ? String(authority.dropLast(port.utf8.count)) : authority
  }
}
