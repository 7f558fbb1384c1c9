/// A block of IP addresses, as `proxy.trusted_proxies` lists them: `10.0.0.0/8`, `2001:db8::/32`,
/// or one address alone.
///
/// An IPv4 address that came as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address, here and in
/// `contains`.
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

  /// Whether there is no address of its family that is not among them.
  var hasAllAddresses: Bool { prefixSize == 0 }

  /// Takes the text, or says what is wrong with it.
  package init(_ text: String) throws(AddressRangeError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bytes = parts.first.flatMap({ System.addressBytes(String($0)) }) else {
      throw .noAddress
    }
    network = AddressRange.unmapped(bytes)
    let mappedSize = (bytes.count - network.count) * 8
    var size = network.count * 8
    if parts.count == 2, let digits = parts.last {
      guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isDigit),
        let number = Int(digits), (mappedSize...bytes.count * 8).contains(number)
      else { throw .badPrefix(sizeMax: bytes.count * 8) }
      size = number - mappedSize
    }
    prefixSize = size
    guard AddressRange.masked(network, to: size) == network else { throw .bitsBehindPrefix }
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

extension AddressRange: CustomStringConvertible {
  /// As it is written in the file.
  package var description: String {
    let address = System.addressText(network)
    return prefixSize == network.count * 8 ? address : "\(address)/\(prefixSize)"
  }
}

/// What is wrong with the text of a range.
package enum AddressRangeError: Error, Hashable, Sendable {
  case noAddress
  /// Not a number of bits that the address has.
  case badPrefix(sizeMax: Int)
  /// It names one address of many.
  case bitsBehindPrefix
}

extension ValueFormat where Value == AddressRange {
  /// An address with or without a prefix.
  static var addressRange: Self {
    ValueFormat(
      expectation: "an IP address or a block of them, such as 10.0.0.0/8, ::1 or 2001:db8::/32"
    ) { text throws(ValueProblem) in
      do throws(AddressRangeError) {
        return try AddressRange(text)
      } catch {
        switch error {
        case .noAddress:
          throw ValueProblem("does not begin with an IP address")
        case .badPrefix(let sizeMax):
          throw ValueProblem("has a prefix that is not a number of bits up to \(sizeMax)")
        case .bitsBehindPrefix:
          throw ValueProblem("has bits set behind its prefix")
        }
      }
    }
  }
}
