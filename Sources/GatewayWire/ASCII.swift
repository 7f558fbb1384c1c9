// Letters and digits of ASCII, byte by byte. The formats here are all defined on bytes, and none of
// them means more than ASCII by "digit" or "ignoring case".

func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

/// The value of a hexadecimal digit of either case; nil for any other byte.
func hexadecimalValue(of byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// The value of decimal digits and nothing else; nil for any other text and for one over 64 bits.
package func decimalNumber(_ text: some Collection<UInt8>) -> UInt64? {
  guard !text.isEmpty else { return nil }
  var value: UInt64 = 0
  for byte in text {
    guard isDigit(byte) else { return nil }
    let (scaled, isTooLarge) = value.multipliedReportingOverflow(by: 10)
    let (sum, overflows) = scaled.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
    guard !isTooLarge, !overflows else { return nil }
    value = sum
  }
  return value
}

/// `byte`, or the small letter of a capital one.
package func lowercased(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

let carriageReturn = UInt8(ascii: "\r")
let lineFeed = UInt8(ascii: "\n")
let space = UInt8(ascii: " ")
let horizontalTab = UInt8(ascii: "\t")

/// Whether a token of HTTP may have `byte`. Source: RFC 9110 section 5.6.2.
func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
    UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
    UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
    true
  default:
    isDigit(byte) || isLetter(byte)
  }
}

extension UnsafeRawBufferPointer {
  /// How many bytes at the start `belong`.
  func prefixSize(while belong: (UInt8) -> Bool) -> Int {
    var size = 0
    while size < count, belong(self[size]) { size += 1 }
    return size
  }
}

extension ArraySlice<UInt8> {
  /// Whether these are the bytes of `text`.
  package func equals(_ text: String) -> Bool {
    count == text.utf8.count && elementsEqual(text.utf8)
  }

  /// Whether these are the bytes of `text`, ASCII letters of either case being the same.
  package func equalsIgnoringCase(_ text: String) -> Bool {
    count == text.utf8.count
      && elementsEqual(text.utf8) { lowercased($0) == lowercased($1) }
  }

  /// Whether these are the bytes of `other`, ASCII letters of either case being the same.
  package func equalsIgnoringCase(_ other: ArraySlice<UInt8>) -> Bool {
    count == other.count && elementsEqual(other) { lowercased($0) == lowercased($1) }
  }
}
