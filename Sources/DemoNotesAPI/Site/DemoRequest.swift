package import GatewayTypes
package import GatewayWire

/// One whole request, as far as the demo looks at it.
package struct DemoRequest: Sendable {
  package let method: String
  /// Of the target, without its query; not decoded.
  package let path: String
  /// `Host`; empty where the request has none.
  package let host: String
  /// What stands behind `Bearer` in `Authorization`; nil where there is nothing like it.
  package let token: BearerToken?
  package let body: [UInt8]

  package init(
    method: String, path: String, host: String, token: BearerToken? = nil, body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.host = host
    self.token = token
    self.body = body
  }

  package init(_ head: RequestHead, body: [UInt8] = []) {
    self.init(
      method: String(decoding: head.method, as: UTF8.self),
      path: String(decoding: head.path, as: UTF8.self),
      host: DemoRequest.text(of: "host", in: head) ?? "",
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
  /// comes from here as if it were the site's. The name in `Host` gives it away.
  package var isForLoopback: Bool {
    var name = host[...]
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      guard UInt16(host[host.index(after: colon)...]) != nil else { return false }
      name = host[..<colon]
    }
    return ["127.0.0.1", "localhost", "[::1]"].contains(name.lowercased())
  }
}
