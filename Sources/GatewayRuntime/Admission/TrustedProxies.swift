import GatewayConfiguration
import GatewayTransport
import GatewayWire

/// Whose word is taken for who their clients are: `proxy.trusted_proxies`.
struct TrustedProxies: Sendable {
  private let ranges: [AddressRange]

  init(_ ranges: [AddressRange] = []) {
    self.ranges = ranges
  }

  func contains(_ peer: PeerAddress) -> Bool {
    !ranges.isEmpty && ranges.contains { [address = peer.bytes] in $0.contains(address) }
  }

  /// Whose a request is that came from `peer`.
  ///
  /// Each proxy on the way has put the address that it was called from at the end of
  /// `X-Forwarded-For`. So the list is read from its end, for as long as the one who wrote the
  /// address is trusted. What stands before is a stranger's word.
  func client(of head: RequestHead, from peer: PeerAddress) -> PeerAddress {
    var client = peer
    var claimed = head.fields.elements(of: "x-forwarded-for")
    while contains(client), let text = claimed.popLast(),
      let address = PeerAddress(forwarded: String(decoding: text, as: UTF8.self))
    {
      client = address
    }
    return client
  }

  /// The host that the client of a request called, as it wrote it; empty when there is none.
  func host(of head: RequestHead, from peer: PeerAddress) -> String {
    let forwarded = contains(peer) ? head.fields.elements(of: "x-forwarded-host").first : nil
    let host = forwarded ?? head.fields.values(of: "host").first
    return host.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
