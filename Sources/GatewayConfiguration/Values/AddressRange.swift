/// A block of IP addresses, as `proxy.trusted_proxies` lists them: `10.0.0.0/8`, `2001:db8::/32`, or
/// one address alone.
///
/// An IPv4 address that came as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address, here and in `contains`.
/// Source: RFC 4632 section 3.1; RFC 4291 sections 2.3 and 2.5.5.2.
package struct AddressRange: Hashable, Sendable {
  /// The network's address: 4 or 16 bytes, of which those behind the prefix are 0.
  private let network: [UInt8]
  /// In bits.
  private let prefixSize: Int

  /// Whether an address of 4 or 16 bytes in network order is among them. Of any other size none is.
  package func contains(_ address: [UInt8]) -> Bool {
    let address = AddressRange.unmapped(address)
    return address.count == network.count
      && AddressRange.masked(address, to: prefixSize) == network
  }

  /// `bytes` are an address's 4 or 16; bits of it behind the prefix must be 0.
  init(_ bytes: [UInt8], prefixSize: Int?) throws(ValueProblem) {
    let network = AddressRange.unmapped(bytes)
    let mappedSize = (bytes.count - network.count) * 8
    let sizeMax = network.count * 8
    let size = prefixSize.map { $0 - mappedSize } ?? sizeMax
    guard (0...sizeMax).contains(size) else {
      throw ValueProblem("has a prefix that is not 0 to \(bytes.count * 8) bits")
    }
    guard AddressRange.masked(network, to: size) == network else {
      throw ValueProblem("has bits set behind its prefix")
    }
    self.network = network
    self.prefixSize = size
  }

  private static func masked(_ address: [UInt8], to prefixSize: Int) -> [UInt8] {
    address.enumerated().map { index, byte in
      let kept = min(8, max(0, prefixSize - index * 8))
      return byte & ~UInt8(truncatingIfNeeded: 0xff >> kept)
    }
  }

  private static func unmapped(_ address: [UInt8]) -> [UInt8] {
    let prefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    return address.count == 16 && address.starts(with: prefix)
      ? Array(address.dropFirst(12)) : address
  }
}

extension ValueFormat where Value == AddressRange {
  /// An address with or without a prefix.
  static var addressRange: Self {
    ValueFormat(
      expectation: "an IP address or a block of them, such as 10.0.0.0/8, ::1 or 2001:db8::/32"
    ) { text throws(ValueProblem) in
      let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard let address = parts.first.flatMap({ System.addressBytes(String($0)) }) else {
        throw ValueProblem("is not an IP address")
      }
      guard parts.count == 2, let digits = parts.last else {
        return try AddressRange(address, prefixSize: nil)
      }
      guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isDigit),
        let size = Int(digits)
      else { throw ValueProblem("has a prefix that is not a number of bits") }
      return try AddressRange(address, prefixSize: size)
    }
  }
}
