/// Where JSON text goes that is written piece by piece.
///
/// A text is written twice, first into a `JSONSize`, then into bytes of exactly that size: so the
/// header of a frame can stand in front of it in one allocation, and nothing is moved afterwards.
protocol JSONOutput {
  /// Takes ASCII that needs no escape.
  mutating func append(verbatim text: String)
  /// Takes JSON.
  mutating func append(verbatim bytes: [UInt8])
  /// Takes what stands between the quotes of a string that reads `text`.
  mutating func append(escaped text: String)
  /// Takes 16 hexadecimal digits.
  mutating func append(hexadecimal number: UInt64)
}

/// The size of a text, without the text.
struct JSONSize: JSONOutput {
  private(set) var size = 0

  mutating func append(verbatim text: String) { size += text.utf8.count }
  mutating func append(verbatim bytes: [UInt8]) { size += bytes.count }
  mutating func append(hexadecimal number: UInt64) { size += 16 }

  mutating func append(escaped text: String) {
    for byte in text.utf8 {
      switch JSONEscape(of: byte) {
      case .none: size += 1
      case .short: size += 2
      case .long: size += 6
      }
    }
  }
}

extension [UInt8]: JSONOutput {
  mutating func append(verbatim text: String) { append(contentsOf: text.utf8) }
  mutating func append(verbatim bytes: [UInt8]) { append(contentsOf: bytes) }

  mutating func append(hexadecimal number: UInt64) {
    for shift in stride(from: UInt64(60), through: 0, by: -4) {
      append(hexadecimalDigit(UInt8(truncatingIfNeeded: number >> shift)))
    }
  }

  mutating func append(escaped text: String) {
    for byte in text.utf8 {
      switch JSONEscape(of: byte) {
      case .none:
        append(byte)
      case .short(let letter):
        append(UInt8(ascii: "\\"))
        append(letter)
      case .long:
        append(verbatim: "\\u00")
        append(hexadecimalDigit(byte >> 4))
        append(hexadecimalDigit(byte))
      }
    }
  }

  /// The digit of the low four bits.
  private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    let digit = value & 0x0f
    return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + (digit - 10)
  }
}

/// How a byte of UTF-8 is written inside a JSON string. Source: RFC 8259 section 7.
private enum JSONEscape {
  case none
  /// A backslash and a letter.
  case short(UInt8)
  /// `\u` and four digits.
  case long

  init(of byte: UInt8) {
    self =
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): .short(byte)
      case 0x08: .short(UInt8(ascii: "b"))
      case 0x09: .short(UInt8(ascii: "t"))
      case 0x0a: .short(UInt8(ascii: "n"))
      case 0x0c: .short(UInt8(ascii: "f"))
      case 0x0d: .short(UInt8(ascii: "r"))
      case ..<0x20: .long
      default: .none
      }
  }
}
