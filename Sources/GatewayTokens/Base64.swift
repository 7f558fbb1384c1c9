/// base64 with the letters of RFC 4648 section 4 and padding.
enum Base64 {
  /// The one text that stands for `bytes`.
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text = Base64URL.encode(bytes).utf8.map { letter in
      switch letter {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: letter
      }
    }
    while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return text
  }
}
