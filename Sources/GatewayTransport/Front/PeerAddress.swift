package import CLoop
package import GatewayTypes
import Glibc

/// Who is at the other end of a connection, as the kernel knows it.
package struct PeerAddress: Hashable, Sendable {
  private enum Family: Hashable {
    case unix
    case ipv4
    case ipv6
  }

  private let family: Family
  /// In network order, the first half of an IPv6 address; an IPv4 address is all in the second.
  private let high: UInt64
  private let low: UInt64
  /// 0 for a UNIX socket.
  package let port: UInt16

  package init(_ address: ng_peer_address) {
    let bytes = withUnsafeBytes(of: address.bytes) { Array($0) }
    func number(_ range: Range<Int>) -> UInt64 {
      bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
    }
    port = address.port
    switch Int(address.family) {
    case NG_FAMILY_IPV4:
      (family, high, low) = (.ipv4, 0, number(0..<4))
    case NG_FAMILY_IPV6:
      let (first, second) = (number(0..<8), number(8..<16))
      // An IPv4 client of a socket that listens for both. Source: RFC 4291 section 2.5.5.2.
      let isMapped = first == 0 && second >> 32 == 0xffff
      (family, high, low) = isMapped ? (.ipv4, 0, second & 0xffff_ffff) : (.ipv6, first, second)
    default:
      (family, high, low) = (.unix, 0, 0)
    }
  }

  /// The address that an element of `X-Forwarded-For` names, with or without a port; nil when it is
  /// none. An IPv6 address with a port stands in brackets.
  package init?(forwarded text: String) {
    guard let address = PeerAddress.parse(PeerAddress.withoutPort(text)) else { return nil }
    self.init(address)
  }

  private static func withoutPort(_ text: String) -> String {
    if text.hasPrefix("[") {
      return text.dropFirst().split(separator: "]", maxSplits: 1).first.map(String.init) ?? ""
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 ? String(parts[0]) : text
  }

  private static func parse(_ text: String) -> ng_peer_address? {
    // inet_pton would stop at a NUL and believe what stands before it.
    guard !text.utf8.contains(0) else { return nil }
    var address = ng_peer_address()
    for (family, kind) in [(AF_INET, NG_FAMILY_IPV4), (AF_INET6, NG_FAMILY_IPV6)] {
      if withUnsafeMutableBytes(
        of: &address.bytes, { inet_pton(family, text, $0.baseAddress) == 1 })
      {
        address.family = numericCast(kind)
        return address
      }
    }
    return nil
  }

  /// A client at the other end of a UNIX socket.
  package static let unix = PeerAddress(ng_peer_address())

  /// The address without the port, as it stands in `X-Forwarded-For`; "unix" for a UNIX socket.
  package var host: String {
    switch family {
    case .unix: "unix"
    case .ipv4: PeerAddress.text(AF_INET, low.bigEndian, skipping: 4)
    case .ipv6: PeerAddress.text(AF_INET6, (high.bigEndian, low.bigEndian), skipping: 0)
    }
  }

  /// The bytes of an IPv4 or IPv6 address in network order, 4 or 16; none for a UNIX socket.
  package var bytes: [UInt8] {
    let all = withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    switch family {
    case .unix: return []
    case .ipv4: return Array(all[12...])
    case .ipv6: return all
    }
  }

  /// What its connections are counted by; nil for a UNIX socket.
  package var network: ClientNetwork? {
    switch family {
    case .unix: nil
    case .ipv4: ClientNetwork(ipv4: UInt32(truncatingIfNeeded: low))
    case .ipv6: ClientNetwork(ipv6Prefix: high)
    }
  }

  /// The text of the address whose bytes are those of `value` behind the first `skipped`.
  private static func text<Value>(
    _ family: CInt, _ value: Value, skipping skipped: Int
  ) -> String {
    withUnsafeBytes(of: value) { bytes in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
        guard let source = bytes.baseAddress, let start = text.baseAddress,
          inet_ntop(family, source + skipped, start, socklen_t(text.count)) != nil
        else { return "?" }
        return String(cString: start)
      }
    }
  }
}

extension PeerAddress: CustomStringConvertible {
  /// With the port where it is known, and an IPv6 address in brackets then.
  package var description: String {
    switch family {
    case .unix: "unix"
    case .ipv4: port == 0 ? host : "\(host):\(port)"
    case .ipv6: port == 0 ? host : "[\(host)]:\(port)"
    }
  }
}
