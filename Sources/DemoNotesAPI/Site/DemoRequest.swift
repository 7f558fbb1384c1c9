package import GatewayTypes
package import GatewayWire

/// One whole request, as far as the demo looks at it.
package struct DemoRequest: Sendable {
  package let method: String
  /// Of the target, without its query; not decoded.
  package let path: String
  /// `Host`; empty where the request has none.
  package let host: String
  /// `X-Forwarded-Host`, line by line. The gateway makes it what `Host` was to it, and lets none of
  /// a client's own pass.
  package let forwardedHosts: [String]
  /// What stands behind `Bearer` in `Authorization`; nil where there is nothing like it.
  package let token: BearerToken?
  package let body: [UInt8]

  package init(
    method: String, path: String, host: String, forwardedHosts: [String] = [],
    token: BearerToken? = nil, body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.host = host
    self.forwardedHosts = forwardedHosts
    self.token = token
    self.body = body
  }

  package init(_ head: RequestHead, body: [UInt8] = []) {
    self.init(
      method: String(decoding: head.method, as: UTF8.self),
      path: String(decoding: head.path, as: UTF8.self),
      host: DemoRequest.text(of: "host", in: head) ?? "",
      forwardedHosts: head.fields.values(of: "x-forwarded-host").map {
        String(decoding: $0, as: UTF8.self)
      },
      token: DemoRequest.text(of: "authorization", in: head).flatMap(DemoRequest.token),
      body: body)
  }

  /// The one field line `name`; nil when there is none, or more than one.
  private static func text(of name: String, in head: RequestHead) -> String? {
    let values = Array(head.fields.values(of: name).prefix(2))
    return values.count == 1 ? String(decoding: values[0], as: UTF8.self) : nil
  }

  /// The token in the value of `Authorization`. Source: RFC 6750 section 2.1.
  private static func token(in credentials: String) -> BearerToken? {
    let parts = credentials.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return BearerToken(String(parts[1].drop { $0 == " " }))
  }
}

extension DemoRequest {
  /// Whether it was addressed by a name that means this machine wherever it is said.
  ///
  /// A web site can make its own name point to 127.0.0.1; a browser then lets its pages read what
  /// comes from here as if it were the site's. The name that the browser was given tells on it. In
  /// a request that came here directly it stands in `Host`, and the site's script can write
  /// anything into the other field; in one that came through the gateway it stands in
  /// `X-Forwarded-Host`, and `Host` is what the gateway calls this API. So all of them have to be
  /// names of loopback.
  package var isForLoopback: Bool {
    ([host] + forwardedHosts).allSatisfy(DemoRequest.isLoopback)
  }

  /// Whether `host`, a name with a port or without, means loopback.
  private static func isLoopback(_ host: String) -> Bool {
    var name = host[...]
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      guard UInt16(host[host.index(after: colon)...]) != nil else { return false }
      name = host[..<colon]
    }
    return ["127.0.0.1", "localhost", "[::1]"].contains(name.lowercased())
  }
}
