/// The address of the notes API, taken apart.
package struct UpstreamURL: Hashable, Sendable {
  /// https rather than http.
  package let isTLS: Bool
  /// A name in lower case or an IP address; an IPv6 address has no brackets here.
  package let host: String
  /// 1 to 65535; the scheme's own when the URL names none.
  package let port: UInt16
  /// Goes in front of every route: empty, or `/` and more, without a slash at the end.
  package let pathPrefix: String

  /// The URL of parts known to be right. `port` nil is the scheme's own.
  package init(isTLS: Bool, host: String, port: UInt16? = nil, pathPrefix: String = "") {
    self.isTLS = isTLS
    self.host = host
    self.port = port ?? UpstreamURL.portDefault(isTLS: isTLS)
    self.pathPrefix = pathPrefix
  }

  /// `http` or `https`.
  package var scheme: String { isTLS ? "https" : "http" }

  /// What belongs into a `Host` field: the host, in brackets if it is IPv6, and the port unless it
  /// is the scheme's own.
  package var authority: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return port == UpstreamURL.portDefault(isTLS: isTLS) ? name : "\(name):\(port)"
  }

  private static func portDefault(isTLS: Bool) -> UInt16 { isTLS ? 443 : 80 }
}

extension UpstreamURL: CustomStringConvertible {
  package var description: String {
    "\(scheme)://\(authority)\(pathPrefix)"
  }
}
