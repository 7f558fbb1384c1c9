extension UInt8 {
  /// `0` to `9`.
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

  /// `a` to `z`, `A` to `Z`.
  var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }

  /// `A` to `Z`.
  var isCapital: Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self }

  /// `0` to `9`, `a` to `f`, `A` to `F`.
  var isHexDigit: Bool { isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= self | 0x20 }

  /// A character of a header field's name: a token of RFC 9110, section 5.6.2.
  var isFieldNameByte: Bool { isLetter || isDigit || "!#$%&'*+-.^_`|~".utf8.contains(self) }

  /// NUL to 0x1F, and DEL.
  var isControl: Bool { self < 0x20 || self == 0x7F }
}

extension String {
  /// Whether all of it is visible ASCII, without spaces: characters, bytes and positions are the
  /// same then.
  var isVisibleASCII: Bool { utf8.allSatisfy { 0x21...0x7E ~= $0 } }
}
