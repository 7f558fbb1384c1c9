// The text of a JSON string whose bytes are at hand. Source: RFC 8259 section 7.

extension JSONSlice {
  /// Whether this is the string `text`, in whatever way it is escaped.
  package func isString(_ text: String) -> Bool {
    guard let content = quotedBytes else { return false }
    if content.contains(UInt8(ascii: "\\")) {
      return JSONSlice.decode(content).elementsEqual(text.utf8)
    }
    return content.count == text.utf8.count && content.elementsEqual(text.utf8)
  }

  /// The text of a string, as UTF-8; nil for any other value.
  ///
  /// An escaped half of a surrogate pair becomes its three bytes, which are not UTF-8: so it equals
  /// no text that is.
  package var decodedString: [UInt8]? {
    quotedBytes.map(JSONSlice.decode)
  }

  /// What is between the quotes.
  private var quotedBytes: Slice<UnsafeRawBufferPointer>? {
    guard bytes.count >= 2, bytes.first == UInt8(ascii: "\"") else { return nil }
    return bytes[1..<(bytes.count - 1)]
  }

  private static func decode(_ content: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(content.count)
    var rest = content
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
        text.append(byte)
        continue
      }
      switch escape {
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0c)
      case UInt8(ascii: "n"): text.append(0x0a)
      case UInt8(ascii: "r"): text.append(0x0d)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"): appendUTF8(of: scalarValue(takenFrom: &rest), to: &text)
      default: text.append(escape)
      }
    }
    return text
  }

  /// The character of the digits behind `\u`, and of the second half that may follow them.
  private static func scalarValue(takenFrom rest: inout Slice<UnsafeRawBufferPointer>) -> UInt32 {
    let unit = codeUnit(takenFrom: &rest)
    guard (0xd800...0xdbff).contains(unit) else { return unit }
    var behind = rest
    guard behind.popFirst() == UInt8(ascii: "\\"), behind.popFirst() == UInt8(ascii: "u") else {
      return unit
    }
    let second = codeUnit(takenFrom: &behind)
    guard (0xdc00...0xdfff).contains(second) else { return unit }
    rest = behind
    return 0x10000 + (unit - 0xd800) << 10 + (second - 0xdc00)
  }

  private static func codeUnit(takenFrom rest: inout Slice<UnsafeRawBufferPointer>) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      unit = unit << 4 | UInt32(rest.popFirst().flatMap(hexadecimalValue) ?? 0)
    }
    return unit
  }

  private static func appendUTF8(of value: UInt32, to text: inout [UInt8]) {
    let tail = { (shift: UInt32) in UInt8(truncatingIfNeeded: 0x80 | value >> shift & 0x3f) }
    switch value {
    case 0..<0x80:
      text.append(UInt8(truncatingIfNeeded: value))
    case 0x80..<0x800:
      text.append(UInt8(truncatingIfNeeded: 0xc0 | value >> 6))
      text.append(tail(0))
    case 0x800..<0x10000:
      text.append(UInt8(truncatingIfNeeded: 0xe0 | value >> 12))
      text.append(contentsOf: [tail(6), tail(0)])
    default:
      text.append(UInt8(truncatingIfNeeded: 0xf0 | value >> 18))
      text.append(contentsOf: [tail(12), tail(6), tail(0)])
    }
  }
}
