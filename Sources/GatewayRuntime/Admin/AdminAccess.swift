import GatewayConfiguration
import GatewayTransport
import GatewayWire

/// Which requests are let to the admin listener, by what a web browser says in them.
///
/// A web site can make its own name point to the address of the listener; a browser then lets its
/// pages read what comes from there, and post to it, as if it were the site's. The name that the
/// browser was given stands in `Host`. So whoever calls has to do so by an address, or as
/// localhost, which no site can make its own: for what reads as for what changes something. On a
/// loopback address, where nobody else is meant, the address has to be one of loopback. A UNIX
/// socket can't be reached by a browser. A page of another origin that posts blindly is told by its
/// `Origin`.
struct AdminAccess: Sendable {
  private let address: ListenAddress

  init(_ address: ListenAddress) {
    self.address = address
  }

  /// Why a request is not answered; nil when it is.
  func refusal(of head: RequestHead) -> HTTPRefusal? {
    guard case .ip(let own, port: _) = address else { return nil }
    let hosts = Array(head.fields.values(of: "host").prefix(2))
    // HTTP/1.0 knows no Host, and no browser speaks it.
    let host = hosts.first.map { String(decoding: $0, as: UTF8.self) }
    if let host, hosts.count > 1 || !AdminAccess.isAllowed(host, isLoopback: own.isLoopback) {
      return HTTPRefusal(
        status: 421, code: "misdirected_request",
        message: "Call the admin listener by its address or as localhost")
    }
    let origins = Array(head.fields.values(of: "origin").prefix(2))
    let isOwn = origins.allSatisfy { origin in
      host.map {
        String(decoding: origin, as: UTF8.self).lowercased() == "http://\($0.lowercased())"
      }
        ?? false
    }
    return isOwn
      ? nil
      : HTTPRefusal(
        status: 403, code: "origin_not_allowed", message: "Other origins have no business here")
  }

  private static func isAllowed(_ host: String, isLoopback: Bool) -> Bool {
    guard let name = withoutPort(host) else { return false }
    if name.lowercased() == "localhost" { return true }
    let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
    let text = isBracketed ? String(name.dropFirst().dropLast()) : String(name)
    guard let address = IPAddress(text), (address.family == .v6) == isBracketed else {
      return false
    }
    return !isLoopback || address.isLoopback
  }

  /// Nil for what has no right port.
  private static func withoutPort(_ host: String) -> Substring? {
    guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return host[...] }
    guard UInt16(host[host.index(after: colon)...]) != nil else { return nil }
    return host[..<colon]
  }
}
