/// Walks over JSON in borrowed bytes, strictly and in one pass, and builds nothing.
///
/// Bytes must be UTF-8 (no overlong forms, no surrogates). Nesting is bounded, and kept in a bit
/// per level instead of a stack frame. Duplicate members are not its concern, and numbers may be
/// of any size. The bytes must outlive the scanner.
/// Source: RFC 8259; RFC 3629 section 4.
struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private let dialect: JSONDialect
  private(set) var position: Int

  /// Starts at `position`, which is within `bytes` or just behind them.
  init(_ bytes: UnsafeRawBufferPointer, dialect: JSONDialect, position: Int = 0) {
    self.bytes = bytes
    self.dialect = dialect
    self.position = position
  }

  /// Where the one value of `text` is, the white space around it left out.
  static func valueRange(
    in text: UnsafeRawBufferPointer, dialect: JSONDialect = .rfc8259
  ) throws(JSONScannerError) -> Range<Int> {
    var scanner = JSONScanner(text, dialect: dialect)
    scanner.skipWhiteSpace()
    let start = scanner.position
    try scanner.skipValue()
    let end = scanner.position
    scanner.skipWhiteSpace()
    guard scanner.position == text.count else { throw scanner.error }
    return start..<end
  }

  /// What stands at `position`; nil at the end.
  private var next: UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private var error: JSONScannerError { JSONScannerError(position: position) }

  /// Moves over `byte`, if that is what comes next.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func skipWhiteSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  /// Moves over the value that starts here, or behind white space.
  mutating func skipValue() throws(JSONScannerError) {
    var open = OpenContainers()
    while true {
      if try skipScalarOrOpen(&open) { continue }
      guard try skipToNextValue(&open) else { return }
    }
  }

  /// Moves over a scalar or an empty container, and then is false; or to the first value of a
  /// container that has one.
  private mutating func skipScalarOrOpen(
    _ open: inout OpenContainers
  ) throws(JSONScannerError) -> Bool {
    skipWhiteSpace()
    guard open.count < OpenContainers.countMax else { throw error }
    switch next {
    case UInt8(ascii: "["):
      position += 1
      skipWhiteSpace()
      guard !skip(UInt8(ascii: "]")) else { return false }
      open.push(isObject: false)
      return true
    case UInt8(ascii: "{"):
      position += 1
      skipWhiteSpace()
      guard !skip(UInt8(ascii: "}")) else { return false }
      open.push(isObject: true)
      try skipNameAndColon()
      return true
    case UInt8(ascii: "\""): try skipString()
    case UInt8(ascii: "t"): try skipLiteral("true")
    case UInt8(ascii: "f"): try skipLiteral("false")
    case UInt8(ascii: "n"): try skipLiteral("null")
    default: try skipNumber()
    }
    return false
  }

  /// Behind a value: closes the containers that end here and moves to the next value; false when
  /// none is open any more.
  private mutating func skipToNextValue(
    _ open: inout OpenContainers
  ) throws(JSONScannerError) -> Bool {
    while open.count > 0 {
      skipWhiteSpace()
      if skip(UInt8(ascii: ",")) {
        if open.isInObject { try skipNameAndColon() }
        return true
      }
      guard skip(UInt8(ascii: open.isInObject ? "}" : "]")) else { throw error }
      open.pop()
    }
    return false
  }

  private mutating func skipNameAndColon() throws(JSONScannerError) {
    skipWhiteSpace()
    guard next == UInt8(ascii: "\"") else { throw error }
    try skipString(isName: true)
    skipWhiteSpace()
    guard skip(UInt8(ascii: ":")) else { throw error }
  }

  private mutating func skipLiteral(_ literal: StaticString) throws(JSONScannerError) {
    for offset in 0..<literal.utf8CodeUnitCount {
      guard skip(literal.utf8Start[offset]) else { throw error }
    }
  }
}

/// What a string may escape: the point in which readers of JSON differ.
package enum JSONDialect: Hashable, Sendable {
  /// Every `\u` escape, as RFC 8259 section 7 has it.
  case rfc8259
  /// As jansson reads: no half of a surrogate pair, and no `\u0000` in a member's name.
  case jansson
}

/// Where a text stopped being JSON, in bytes from its start.
package struct JSONScannerError: Error, Hashable, Sendable {
  package let position: Int

  package init(position: Int) {
    self.position = position
  }
}

// MARK: Numbers

extension JSONScanner {
  /// Source: RFC 8259 section 6.
  private mutating func skipNumber() throws(JSONScannerError) {
    _ = skip(UInt8(ascii: "-"))
    if !skip(UInt8(ascii: "0")) { try skipDigits() }
    if skip(UInt8(ascii: ".")) { try skipDigits() }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try skipDigits()
    }
  }

  /// Moves over one digit or more.
  private mutating func skipDigits() throws(JSONScannerError) {
    let start = position
    while let byte = next, isDigit(byte) {
      position += 1
    }
    guard position > start else { throw error }
  }
}

// MARK: Strings

extension JSONScanner {
  /// Moves over the string whose opening quote stands here.
  mutating func skipString(isName: Bool = false) throws(JSONScannerError) {
    position += 1
    while let byte = skipPlainBytes() {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): try skipEscape(inName: isName)
      case 0x80...: try skipCharacterOfManyBytes(first: byte)
      default: throw error
      }
    }
    throw error
  }

  /// Moves over ASCII that stands for itself, and gives the byte that does not; nil at the end.
  private mutating func skipPlainBytes() -> UInt8? {
    var index = position
    defer { position = index }
    while index + 8 <= bytes.count,
      areAllPlain(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    {
      index += 8
    }
    while index < bytes.count {
      let byte = bytes[index]
      guard (0x20..<0x80).contains(byte), byte != 0x22, byte != 0x5c else { return byte }
      index += 1
    }
    return nil
  }

  /// Whether eight bytes are all ASCII that stands for itself in a string.
  ///
  /// Subtracting sets a byte's high bit where it is less than what is subtracted, and in no byte
  /// below the first of that kind. A quote and a backslash become zero, less than 1, by exclusive
  /// or.
  private func areAllPlain(_ eight: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let control = eight &- ones &* 0x20
    let quote = (eight ^ (ones &* 0x22)) &- ones
    let backslash = (eight ^ (ones &* 0x5c)) &- ones
    return (eight | control | quote | backslash) & (ones &* 0x80) == 0
  }

  /// Source: RFC 8259 section 7.
  private mutating func skipEscape(inName isInName: Bool) throws(JSONScannerError) {
    position += 1
    switch next {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case UInt8(ascii: "u"):
      let unit = try skipCodeUnit()
      if dialect == .jansson {
        guard unit != 0 || !isInName else { throw error }
        try checkPair(startingWith: unit)
      }
    default:
      throw error
    }
  }

  /// Moves over `u` and four hexadecimal digits, and gives their value.
  private mutating func skipCodeUnit() throws(JSONScannerError) -> UInt16 {
    guard skip(UInt8(ascii: "u")) else { throw error }
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = hexadecimalValue(of: byte) else { throw error }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  /// Refuses half pairs, and moves over the second half of a whole one.
  private mutating func checkPair(startingWith unit: UInt16) throws(JSONScannerError) {
    switch unit {
    case 0xdc00...0xdfff:
      throw error
    case 0xd800...0xdbff:
      guard skip(UInt8(ascii: "\\")) else { throw error }
      let second = try skipCodeUnit()
      guard (0xdc00...0xdfff).contains(second) else { throw error }
    default:
      break
    }
  }

  /// Source: RFC 3629 section 4, whose table this is.
  private mutating func skipCharacterOfManyBytes(first: UInt8) throws(JSONScannerError) {
    let second: ClosedRange<UInt8>
    let rest: Int
    switch first {
    case 0xc2...0xdf: (second, rest) = (0x80...0xbf, 0)
    case 0xe0: (second, rest) = (0xa0...0xbf, 1)
    case 0xe1...0xec, 0xee...0xef: (second, rest) = (0x80...0xbf, 1)
    case 0xed: (second, rest) = (0x80...0x9f, 1)
    case 0xf0: (second, rest) = (0x90...0xbf, 2)
    case 0xf1...0xf3: (second, rest) = (0x80...0xbf, 2)
    case 0xf4: (second, rest) = (0x80...0x8f, 2)
    default: throw error
    }
    position += 1
    guard let byte = next, second.contains(byte) else { throw error }
    position += 1
    for _ in 0..<rest {
      guard let byte = next, (0x80...0xbf).contains(byte) else { throw error }
      position += 1
    }
  }
}

/// The containers that a scanner is in, outermost first: a bit for each.
private struct OpenContainers {
  /// A value in so many containers is one too deep. jansson's JSON_PARSER_MAX_DEPTH: one bound for
  /// both, so that they accept the same texts.
  static let countMax = 2048

  private(set) var count = 0
  private var isObjectBits = InlineArray<32, UInt64>(repeating: 0)

  /// Whether the innermost is an object. There must be one.
  var isInObject: Bool {
    let index = count - 1
    return isObjectBits[index / 64] >> UInt64(index % 64) & 1 == 1
  }

  /// At most `countMax` may be open.
  mutating func push(isObject: Bool) {
    let bit: UInt64 = 1 << UInt64(count % 64)
    if isObject {
      isObjectBits[count / 64] |= bit
    } else {
      isObjectBits[count / 64] &= ~bit
    }
    count += 1
  }

  mutating func pop() {
    count -= 1
  }
}
