/// One WebSocket connection of this process, for as long as the process lives.
///
/// `worker` and `slot` say where it is kept, `generation` tells it from earlier ones in the same
/// slot, and `nonce` is random, so that nobody can name a connection that was not told to them.
package struct ConnectionID: Hashable, Sendable {
  package let worker: UInt16
  package let slot: UInt32
  package let generation: UInt32
  package let nonce: UInt64

  package init(worker: UInt16, slot: UInt32, generation: UInt32, nonce: UInt64) {
    self.worker = worker
    self.slot = slot
    self.generation = generation
    self.nonce = nonce
  }
}

extension ConnectionID: CustomStringConvertible {
  /// 36 lowercase hexadecimal digits: the `connectionId` of the protocol and of the logs.
  package var description: String {
    hexadecimal(UInt64(worker), digits: 4) + hexadecimal(UInt64(slot), digits: 8)
      + hexadecimal(UInt64(generation), digits: 8) + hexadecimal(nonce, digits: 16)
  }

  /// The connection that `text` names, in the form of `description`; nil for any other text.
  package init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 36,
      let worker = UInt16(exactly: parseHexadecimal(digits[0..<4]) ?? .max),
      let slot = UInt32(exactly: parseHexadecimal(digits[4..<12]) ?? .max),
      let generation = UInt32(exactly: parseHexadecimal(digits[12..<20]) ?? .max),
      let nonce = parseHexadecimal(digits[20..<36])
    else { return nil }
    self.init(worker: worker, slot: slot, generation: generation, nonce: nonce)
  }
}

/// `value` in lowercase hexadecimal, with leading zeros up to `digits` digits (1 to 16).
package func hexadecimal(_ value: UInt64, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

private func parseHexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
  var value: UInt64 = 0
  for digit in digits {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit &- 0x30)
    case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit &- 0x57)
    default: return nil
    }
  }
  return value
}
