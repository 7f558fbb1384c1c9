// Classes of bytes, spelt out as the RFCs do.

let lineEnd = Array("\r\n".utf8)

let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
private let tokenBytes = ByteClass(alphanumerics + "!#$%&'*+-.^_`|~")
private let hostBytes = ByteClass(alphanumerics + "-._~%:[]")

/// Some of the 256 bytes.
struct ByteClass {
  private var isMember = [Bool](repeating: false, count: 256)

  init(_ bytes: String) {
    for byte in bytes.utf8 { isMember[Int(byte)] = true }
  }

  func contains(_ byte: UInt8) -> Bool { isMember[Int(byte)] }
}

/// The small letter of a capital one of ASCII, else `byte`.
func small(_ byte: UInt8) -> UInt8 {
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
}

extension ArraySlice<UInt8> {
  /// Where the first CRLF stands; nil when there is none.
  var firstLineEnd: Int? {
    indices.dropLast().first { self[$0] == 0x0d && self[$0 + 1] == 0x0a }
  }

  /// RFC 9110 section 5.6.2.
  var isToken: Bool { !isEmpty && allSatisfy(tokenBytes.contains) }

  /// PROXY.md: begins with a slash, visible ASCII, no fragment.
  var isOriginForm: Bool {
    first == UInt8(ascii: "/") && allSatisfy { $0 > 0x20 && $0 < 0x7f }
      && !contains(UInt8(ascii: "#"))
  }

  /// A host and perhaps a port, by its bytes.
  var isHost: Bool { !isEmpty && allSatisfy(hostBytes.contains) }

  /// Without the white space around it. RFC 9110 section 5.5.
  var trimmed: ArraySlice<UInt8> {
    var rest = self
    while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
    while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
    return rest
  }
}
