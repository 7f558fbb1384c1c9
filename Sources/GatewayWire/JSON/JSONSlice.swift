package import GatewayTypes

/// One JSON value inside bytes that somebody else owns, as its sender wrote it.
///
/// Valid for as long as the bytes are. Values that pass through the gateway are cut out with it,
/// since a parser's result has lost the spelling of numbers, the order of members and white space.
package struct JSONSlice {
  /// The value's own bytes, without the white space around it.
  package let bytes: UnsafeRawBufferPointer

  /// The one value in `text`.
  ///
  /// Whatever its numbers and duplicate members; nested 2048 deep at most, a scalar counting too.
  package init(
    wholeText text: UnsafeRawBufferPointer, dialect: JSONDialect = .rfc8259
  ) throws(JSONScannerError) {
    let range = try JSONScanner.valueRange(in: text, dialect: dialect)
    bytes = UnsafeRawBufferPointer(rebasing: text[range])
  }

  /// A value that a scanner has moved over.
  init(scanned bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// A copy that outlives the bytes.
  package var text: JSONText { JSONText(unchecked: Array(bytes)) }

  package var isObject: Bool { bytes.first == UInt8(ascii: "{") }

  /// The members of an object, in order and duplicates included; none for any other value.
  package var members: JSONMembers { JSONMembers(of: bytes) }

  /// The value of an object's member; nil where there is none, and for any other value.
  ///
  /// Names are compared decoded: `"\u0069d"` is `id`. Of several the last one counts, as it does in
  /// JavaScript.
  package func member(named name: String) -> JSONSlice? {
    var found: JSONSlice?
    for member in members where member.name.isString(name) {
      found = member.value
    }
    return found
  }
}

/// One member of a JSON object; `name` is the string with its quotes.
package struct JSONMember {
  package let name: JSONSlice
  package let value: JSONSlice
}

/// The members of one JSON object, found one after the other.
package struct JSONMembers: Sequence, IteratorProtocol {
  private let bytes: UnsafeRawBufferPointer
  private var scanner: JSONScanner

  fileprivate init(of bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    scanner = JSONScanner(bytes, dialect: .rfc8259)
  }

  package mutating func next() -> JSONMember? {
    let opening = scanner.position == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")
    guard scanner.skip(opening) else { return nil }
    do {
      let name = try slice { (scanner) throws(JSONScannerError) in try scanner.skipString() }
      guard let name else { return nil }
      scanner.skipWhiteSpace()
      guard scanner.skip(UInt8(ascii: ":")) else { return nil }
      let value = try slice { (scanner) throws(JSONScannerError) in try scanner.skipValue() }
      guard let value else { return nil }
      scanner.skipWhiteSpace()
      return JSONMember(name: name, value: value)
    } catch {
      preconditionFailure("a value that was found to be JSON is not, at \(error.position)")
    }
  }

  /// What `skip` moves over, behind white space; nil at the end of an empty object.
  private mutating func slice(
    _ skip: (inout JSONScanner) throws(JSONScannerError) -> Void
  ) throws(JSONScannerError) -> JSONSlice? {
    scanner.skipWhiteSpace()
    let start = scanner.position
    guard start < bytes.count, bytes[start] != UInt8(ascii: "}") else { return nil }
    try skip(&scanner)
    return JSONSlice(scanned: UnsafeRawBufferPointer(rebasing: bytes[start..<scanner.position]))
  }
}

extension JSONSlice {
  /// The elements of an array, in order; none for any other value.
  var elements: [JSONSlice] {
    var scanner = JSONScanner(bytes, dialect: .rfc8259)
    var elements: [JSONSlice] = []
    guard scanner.skip(UInt8(ascii: "[")) else { return [] }
    scanner.skipWhiteSpace()
    guard !scanner.skip(UInt8(ascii: "]")) else { return [] }
    repeat {
      scanner.skipWhiteSpace()
      let start = scanner.position
      do {
        try scanner.skipValue()
      } catch {
        preconditionFailure("a value that was found to be JSON is not, at \(error.position)")
      }
      let range = start..<scanner.position
      elements.append(JSONSlice(scanned: UnsafeRawBufferPointer(rebasing: bytes[range])))
      scanner.skipWhiteSpace()
    } while scanner.skip(UInt8(ascii: ","))
    return elements
  }
}

extension JSONText {
  /// The one JSON value in `text`, byte for byte, without the white space around it.
  ///
  /// What counts as one is what `JSONSlice(wholeText:)` says. Copies only to drop white space.
  package init(scanning text: [UInt8]) throws(JSONScannerError) {
    let range = try text.withUnsafeBufferPointer { (bytes) throws(JSONScannerError) in
      try JSONScanner.valueRange(in: UnsafeRawBufferPointer(bytes))
    }
    self.init(unchecked: range.count == text.count ? text : Array(text[range]))
  }

  /// Lends the value to `body`, in which the slice is valid and not longer.
  func withSlice<Result>(_ body: (JSONSlice) -> Result) -> Result {
    bytes.withUnsafeBytes { body(JSONSlice(scanned: $0)) }
  }
}
