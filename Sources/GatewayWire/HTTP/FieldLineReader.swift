/// Reads a section of field lines byte by byte, up to and including the empty line that ends it.
///
/// ```
/// lineStart ──tchar──▶ name ──":"──▶ valueStart ──▶ value ──CR──▶ lineEnd ──LF──▶ lineStart
///     └──CR──▶ sectionEnd ──LF──▶ (end)
/// ```
///
/// It keeps positions and no bytes; whoever feeds it counts them. Lines end with CRLF only, a
/// folded line is refused, and a space before the colon is not part of a name.
/// Source: RFC 9112 section 5; RFC 9110 section 5.5.
struct FieldLineReader: Hashable, Sendable {
  enum Event: Hashable {
    case none
    /// A line is complete.
    case field(FieldRange)
    /// The section is complete.
    case end
  }

  private enum State: Hashable {
    case lineStart
    case name
    /// Behind the colon, before the value's first visible byte.
    case valueStart
    case value
    /// Behind the CR of a line.
    case lineEnd
    /// Behind the CR of the empty line.
    case sectionEnd
  }

  private var state = State.lineStart
  private var range = FieldRange(name: 0..<0, value: 0..<0)

  /// Takes the byte at `position`, which counts up by one from call to call.
  mutating func advance(
    over byte: UInt8, at position: Int
  ) throws(FieldLineError) -> Event {
    switch state {
    case .lineStart:
      try startLine(with: byte, at: position)
    case .name:
      try advanceName(over: byte, at: position)
    case .valueStart, .value:
      try advanceValue(over: byte, at: position)
    case .lineEnd:
      guard byte == lineFeed else { throw .badLineEnd }
      state = .lineStart
      return .field(range)
    case .sectionEnd:
      guard byte == lineFeed else { throw .badLineEnd }
      state = .lineStart
      return .end
    }
    return .none
  }

  /// Takes the bytes at the start of `bytes` that only make a name or a value longer, and returns
  /// how many. To `advance(over:at:)` they would be the same, one by one.
  mutating func advance(overRunIn bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
    switch state {
    case .name:
      return bytes.prefixSize(while: isTokenByte)
    case .value:
      let size = bytes.prefixSize { isVisible($0) }
      if size > 0 { range.value = range.value.lowerBound..<(position + size) }
      return size
    case .lineStart, .valueStart, .lineEnd, .sectionEnd:
      return 0
    }
  }

  private mutating func startLine(
    with byte: UInt8, at position: Int
  ) throws(FieldLineError) {
    switch byte {
    case carriageReturn: state = .sectionEnd
    case lineFeed: throw .badLineEnd
    case space, horizontalTab: throw .foldedLine
    default:
      guard isTokenByte(byte) else { throw .badName }
      state = .name
      range.name = position..<position
    }
  }

  private mutating func advanceName(
    over byte: UInt8, at position: Int
  ) throws(FieldLineError) {
    if byte == UInt8(ascii: ":") {
      state = .valueStart
      range.name = range.name.lowerBound..<position
      range.value = position..<position
    } else if !isTokenByte(byte) {
      throw .badName
    }
  }

  private mutating func advanceValue(
    over byte: UInt8, at position: Int
  ) throws(FieldLineError) {
    switch byte {
    case carriageReturn: state = .lineEnd
    case space, horizontalTab: break
    case lineFeed: throw .badLineEnd
    case _ where isVisible(byte):
      let start = state == .valueStart ? position : range.value.lowerBound
      state = .value
      range.value = start..<(position + 1)
    default: throw .badValue
    }
  }
}

/// Whether `byte` is part of a value wherever it stands. Source: RFC 9110 section 5.5.
private func isVisible(_ byte: UInt8) -> Bool {
  byte > 0x20 && byte != 0x7f
}

/// What is wrong with a field line. Source: PROXY.md, "Pass-through" (400).
package enum FieldLineError: Error, Hashable, Sendable {
  /// A CR without its LF, or a LF without its CR.
  case badLineEnd
  /// It starts with white space: the continuation of a line, or white space before the first.
  case foldedLine
  /// Empty, or with a byte that no token has, such as a space before the colon.
  case badName
  /// A control byte.
  case badValue
}

extension FieldLineError: CustomStringConvertible {
  /// For the sender: which rule, and nothing of what was sent.
  package var description: String {
    switch self {
    case .badLineEnd: "Lines must end with CRLF"
    case .foldedLine: "Folded field lines are not accepted"
    case .badName: "A field name must be a token followed by a colon"
    case .badValue: "A field value must not have control characters"
    }
  }
}
