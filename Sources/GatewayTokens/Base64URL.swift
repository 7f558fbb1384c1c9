/// base64url without padding: the text form of every part of a token and of every key.
///
/// Source: RFC 7515 section 2; RFC 4648 section 5.
package enum Base64URL {
  /// The bytes that `text` stands for; nil when it is not base64url.
  ///
  /// Each sequence of bytes has exactly one text: padding, white space, the letters of plain base64
  /// and bits left over that are not zero (RFC 4648 section 3.5) are refused. Were they accepted,
  /// one token could be spelled in many ways, and each would be a new one to a cache or a
  /// blocklist.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3 + 2)
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for character in text {
      guard let value = value(of: character) else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    let leftOver = bits & (1 << bitCount &- 1)
    return leftOver == 0 ? bytes : nil
  }

  /// The one text that stands for `bytes`.
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      bitCount += 8
      while bitCount >= 6 {
        bitCount -= 6
        text.unicodeScalars.append(character(of: bits >> bitCount))
      }
    }
    if bitCount > 0 { text.unicodeScalars.append(character(of: bits << (6 - bitCount))) }
    return text
  }

  /// The six bits that a letter stands for. RFC 4648 section 5, table 2.
  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character &- UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character &- UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character &- UInt8(ascii: "0")) + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }

  /// The letter of the lowest six bits. RFC 4648 section 5, table 2.
  private static func character(of bits: UInt32) -> Unicode.Scalar {
    let value = UInt8(truncatingIfNeeded: bits & 0x3f)
    return switch value {
    case 0..<26: Unicode.Scalar(UInt8(ascii: "A") + value)
    case 26..<52: Unicode.Scalar(UInt8(ascii: "a") + (value - 26))
    case 52..<62: Unicode.Scalar(UInt8(ascii: "0") + (value - 52))
    case 62: "-"
    default: "_"
    }
  }
}
