/// Where connections come from, as far as they are counted together: one IPv4 address, or the /64
/// of an IPv6 address, all of which one customer of a provider usually has.
package struct ClientNetwork: Hashable, Sendable {
  private let isIPv6: Bool
  private let number: UInt64

  /// The network of one address.
  package init(ipv4 address: UInt32) {
    isIPv6 = false
    number = UInt64(address)
  }

  /// The network of all addresses with these first 64 bits.
  package init(ipv6Prefix prefix: UInt64) {
    isIPv6 = true
    number = prefix
  }
}

/// What one connection counts as, from its accept to its end.
package struct ConnectionTicket: Hashable, Sendable {
  /// Nil for what is not counted by its address: UNIX sockets, and connections of a trusted proxy
  /// as long as they have not said whose they are.
  package var network: ClientNetwork?
  package var standing: Standing

  package enum Standing: Hashable, Sendable {
    /// Plain HTTP, or nothing yet.
    case http
    /// A WebSocket of nobody knows whom.
    case unauthenticated
    case user(UserID)
  }

  package init(network: ClientNetwork? = nil, standing: Standing = .http) {
    self.network = network
    self.standing = standing
  }
}
