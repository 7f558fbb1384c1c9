/// Field lines on their way from one message to another, in one piece of memory, as they go over
/// the wire: `name: value` and CRLF.
///
/// Source: RFC 9112 section 5.
package struct FieldLines: Hashable, Sendable {
  package private(set) var bytes: [UInt8] = []
  private var ranges: [FieldRange] = []

  /// No lines, with room for `size` bytes of them.
  package init(reserving size: Int = 0) {
    bytes.reserveCapacity(size)
    ranges.reserveCapacity(size / 48)
  }

  package var fields: HTTPFields { HTTPFields(of: bytes, at: ranges) }

  package var isEmpty: Bool { ranges.isEmpty }

  /// Takes a line of a head that was read. That it is sound was checked there.
  package mutating func append(_ field: HTTPField) {
    append(field.name, field.value)
  }

  /// Takes a line of ours. That `name` is a token and `value` has no control characters and no
  /// white space around it is a promise.
  package mutating func append(_ name: StaticString, _ value: ArraySlice<UInt8>) {
    name.withUTF8Buffer { append($0, value) }
  }

  package mutating func append(_ name: StaticString, _ value: String) {
    name.withUTF8Buffer { append($0, value.utf8) }
  }

  /// Takes a line of a sender that nobody has checked. False when it would not be one sound line;
  /// it is not taken then.
  package mutating func append(
    checking name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard !name.isEmpty, name.allSatisfy(isTokenByte), value.allSatisfy(isFieldValueByte) else {
      return false
    }
    append(name, value)
    return true
  }

  private mutating func append(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>) {
    let nameStart = bytes.count
    bytes.append(contentsOf: name)
    let nameEnd = bytes.count
    bytes.append(UInt8(ascii: ":"))
    bytes.append(space)
    let valueStart = bytes.count
    bytes.append(contentsOf: value)
    ranges.append(FieldRange(name: nameStart..<nameEnd, value: valueStart..<bytes.count))
    bytes.append(carriageReturn)
    bytes.append(lineFeed)
  }
}

extension FieldLines {
  /// Those of the lines whose names `isKept`.
  package func filter(_ isKept: (_ name: ArraySlice<UInt8>) -> Bool) -> FieldLines {
    var kept = FieldLines(reserving: bytes.count)
    for range in ranges where isKept(bytes[range.name]) {
      kept.append(bytes[range.name], bytes[range.value])
    }
    return kept
  }

  /// Hands each line out as two pieces of the memory, borrowed for the call.
  package func forEachLine(
    _ body: (_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Void
  ) {
    bytes.withUnsafeBufferPointer { bytes in
      for range in ranges {
        body(
          UnsafeBufferPointer(rebasing: bytes[range.name]),
          UnsafeBufferPointer(rebasing: bytes[range.value]))
      }
    }
  }
}

/// Whether the value of a field, or the reason behind a status, may have `byte`.
///
/// Source: RFC 9110 section 5.5.
package func isFieldValueByte(_ byte: UInt8) -> Bool {
  byte == horizontalTab || byte >= 0x20 && byte != 0x7f
}
