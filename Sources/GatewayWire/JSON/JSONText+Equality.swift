package import GatewayTypes

extension JSONText {
  /// Whether both are the same JSON value, however they are written: objects whatever the order of
  /// their members, of which the last of a name counts; strings by their characters; numbers by
  /// their value, exactly, of whatever size.
  package func isEqualValue(to other: JSONText) -> Bool {
    bytes == other.bytes || JSONValue(self) == JSONValue(other)
  }

  /// The text of the member `id` of an object that may be cut off behind it: of one whose beginning
  /// alone was kept. Nil where there is none, and for any other value.
  package static func id(inBeginning text: [UInt8]) -> String? {
    text.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, dialect: .rfc8259)
      do {
        return try scanner.stringMember(named: "id", in: bytes)
      } catch {
        return nil
      }
    }
  }
}

extension JSONScanner {
  /// The first member `name` of the object that begins here, if it is a string.
  fileprivate mutating func stringMember(
    named name: String, in bytes: UnsafeRawBufferPointer
  ) throws(JSONScannerError) -> String? {
    skipWhiteSpace()
    guard skip(UInt8(ascii: "{")) else { return nil }
    repeat {
      skipWhiteSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
      let start = position
      try skipString(isName: true)
      let found = JSONSlice(scanned: UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
      skipWhiteSpace()
      guard skip(UInt8(ascii: ":")) else { return nil }
      skipWhiteSpace()
      let valueStart = position
      try skipValue()
      if found.isString(name) {
        let value = UnsafeRawBufferPointer(rebasing: bytes[valueStart..<position])
        return JSONSlice(scanned: value).decodedString.map { String(decoding: $0, as: UTF8.self) }
      }
      skipWhiteSpace()
    } while skip(UInt8(ascii: ","))
    return nil
  }
}

/// What a JSON text says, to be compared.
private enum JSONValue: Hashable {
  case literal([UInt8])
  case number(JSONNumber)
  case string([UInt8])
  case array([JSONValue])
  case object([[UInt8]: JSONValue])

  init(_ text: JSONText) {
    self = text.bytes.withUnsafeBytes { bytes in
      var reader = JSONValueReader(bytes)
      do throws(JSONScannerError) {
        return try reader.value()
      } catch {
        preconditionFailure("a value that was found to be JSON is not, at \(error.position)")
      }
    }
  }
}

/// Reads a text that is known to be JSON, in one pass. As deep as a scanner lets it be: 2048.
private struct JSONValueReader {
  private let bytes: UnsafeRawBufferPointer
  private var scanner: JSONScanner

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    scanner = JSONScanner(bytes, dialect: .rfc8259)
  }

  mutating func value() throws(JSONScannerError) -> JSONValue {
    scanner.skipWhiteSpace()
    switch next {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    default:
      let start = scanner.position
      try scanner.skipValue()
      let text = bytes[start..<scanner.position]
      let isNumber = text.first.map { isDigit($0) || $0 == UInt8(ascii: "-") } ?? false
      return isNumber ? .number(JSONNumber(text)) : .literal(Array(text))
    }
  }

  private var next: UInt8? {
    scanner.position < bytes.count ? bytes[scanner.position] : nil
  }

  private mutating func object() throws(JSONScannerError) -> JSONValue {
    var members: [[UInt8]: JSONValue] = [:]
    _ = scanner.skip(UInt8(ascii: "{"))
    scanner.skipWhiteSpace()
    while next == UInt8(ascii: "\"") {
      let name = try string()
      scanner.skipWhiteSpace()
      _ = scanner.skip(UInt8(ascii: ":"))
      members[name] = try value()
      scanner.skipWhiteSpace()
      if scanner.skip(UInt8(ascii: ",")) { scanner.skipWhiteSpace() }
    }
    _ = scanner.skip(UInt8(ascii: "}"))
    return .object(members)
  }

  private mutating func array() throws(JSONScannerError) -> JSONValue {
    var elements: [JSONValue] = []
    _ = scanner.skip(UInt8(ascii: "["))
    scanner.skipWhiteSpace()
    while !scanner.skip(UInt8(ascii: "]")) {
      elements.append(try value())
      scanner.skipWhiteSpace()
      _ = scanner.skip(UInt8(ascii: ","))
      scanner.skipWhiteSpace()
    }
    return .array(elements)
  }

  private mutating func string() throws(JSONScannerError) -> [UInt8] {
    let start = scanner.position
    try scanner.skipString()
    let text = UnsafeRawBufferPointer(rebasing: bytes[start..<scanner.position])
    return JSONSlice(scanned: text).decodedString ?? []
  }
}

/// A number by its value: ±0.digits × 10^exponent, without zeros at either end of the digits. Zero
/// has none, and neither sign nor exponent.
private struct JSONNumber: Hashable {
  private var isNegative = false
  private var digits: [UInt8] = []
  private var exponent = 0
  /// The exponent as it is written, where it is larger than any number needs.
  private var hugeExponent: [UInt8] = []

  init(_ text: Slice<UnsafeRawBufferPointer>) {
    let parts = text.split(maxSplits: 1) { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
    var isFraction = false
    for byte in parts.first ?? text {
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "0") where digits.isEmpty: exponent -= isFraction ? 1 : 0
      default:
        digits.append(byte)
        exponent += isFraction ? 0 : 1
      }
    }
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    if digits.isEmpty {
      (isNegative, exponent) = (false, 0)
    } else if parts.count == 2, let written = parts.last {
      add(Array(written))
    }
  }

  private mutating func add(_ written: [UInt8]) {
    let text = String(decoding: written, as: UTF8.self)
    let (sum, overflow) = exponent.addingReportingOverflow(Int(text) ?? 0)
    if Int(text) == nil || overflow {
      hugeExponent = written
    } else {
      exponent = sum
    }
  }
}
