/// One field line of a head: bytes of the head's own memory, which each slice keeps alive.
package struct HTTPField: Hashable, Sendable {
  /// A token; its letters mean the same in either case.
  package let name: ArraySlice<UInt8>
  /// Without the white space around it; visible ASCII, space, tab and bytes from 0x80 up.
  package let value: ArraySlice<UInt8>

  package init(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    self.name = name
    self.value = value
  }
}

/// The field lines of one head, in the order in which they came.
package struct HTTPFields: RandomAccessCollection, Hashable, Sendable {
  private let head: [UInt8]
  private let ranges: [FieldRange]

  init(of head: [UInt8], at ranges: [FieldRange]) {
    self.head = head
    self.ranges = ranges
  }

  package var startIndex: Int { ranges.startIndex }
  package var endIndex: Int { ranges.endIndex }

  package subscript(position: Int) -> HTTPField {
    ranges[position].field(of: head)
  }

  /// Of its own, for the default one allocates memory for each element.
  package struct Iterator: IteratorProtocol {
    private let head: [UInt8]
    private let ranges: [FieldRange]
    private var position = 0

    fileprivate init(_ fields: HTTPFields) {
      head = fields.head
      ranges = fields.ranges
    }

    package mutating func next() -> HTTPField? {
      guard position < ranges.count else { return nil }
      defer { position += 1 }
      return ranges[position].field(of: head)
    }
  }

  package func makeIterator() -> Iterator { Iterator(self) }

  /// The values of all lines with this name, in order.
  package func values(of name: String) -> [ArraySlice<UInt8>] {
    var values: [ArraySlice<UInt8>] = []
    for range in ranges where head[range.name].equalsIgnoringCase(name) {
      values.append(head[range.value])
    }
    return values
  }

  /// The value of the only line with this name; nil where there is none, or more than one.
  package func only(_ name: String) -> ArraySlice<UInt8>? {
    let values = values(of: name)
    return values.count == 1 ? values.first : nil
  }

  /// The elements of the comma separated lists in all lines with this name, in order.
  package func elements(of name: String) -> [ArraySlice<UInt8>] {
    var elements: [ArraySlice<UInt8>] = []
    for range in ranges where head[range.name].equalsIgnoringCase(name) {
      elements.append(contentsOf: ListElements(of: head[range.value]))
    }
    return elements
  }

  /// Whether the lists in the lines with this name have `token` in any case of its letters.
  package func contains(token: String, in name: String) -> Bool {
    elements(of: name).contains { $0.equalsIgnoringCase(token) }
  }
}

/// Where a field line's name and value are in the bytes of a head.
struct FieldRange: Hashable, Sendable {
  var name: Range<Int>
  var value: Range<Int>

  func field(of head: [UInt8]) -> HTTPField {
    HTTPField(name: head[name], value: head[value])
  }
}

/// The elements of one comma separated list, empty ones left out.
///
/// For lists of tokens: a comma in a quoted string would end an element too.
/// Source: RFC 9110 section 5.6.1.2.
package struct ListElements: Sequence, IteratorProtocol {
  private var rest: ArraySlice<UInt8>

  package init(of value: ArraySlice<UInt8>) {
    rest = value
  }

  package mutating func next() -> ArraySlice<UInt8>? {
    while !rest.isEmpty {
      let element = rest.prefix { $0 != UInt8(ascii: ",") }
      rest = rest.dropFirst(element.count + 1)
      let isVisible: (UInt8) -> Bool = { $0 != 0x20 && $0 != 0x09 }
      if let first = element.firstIndex(where: isVisible),
        let last = element.lastIndex(where: isVisible)
      {
        return element[first...last]
      }
    }
    return nil
  }
}
