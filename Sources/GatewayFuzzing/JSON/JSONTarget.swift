import GatewayTypes
import GatewayWire

/// JSON, as our scanner and jansson read it.
///
/// Both must find a text to be JSON when a third, simple reading does, but for what is known of
/// them: jansson refuses halves of surrogate pairs, NUL in a member's name, duplicate members and
/// numbers that no double holds. What they find in it must be the same.
enum JSONTarget {
  static func check(_ input: [UInt8]) throws(Finding) -> FuzzTarget.Verdict {
    _ = JSONText.id(inBeginning: input)
    let reference = ReferenceJSONText(input)
    try judgeScanner(input, reference)
    try judgeJansson(input, reference)
    guard let reference else { return .refused }
    try judgeSlices(of: reference.root, in: input)
    try JSONChanges(input, reference).judge()
    return .accepted
  }

  private static func judgeScanner(
    _ input: [UInt8], _ reference: ReferenceJSONText?
  ) throws(Finding) {
    let range = scan(input, .rfc8259)
    try require(range == reference?.root.range, "scanned \(text(range))")
    let forJansson = reference.flatMap { $0.isForJansson ? $0.root.range : nil }
    let other = scan(input, .jansson)
    try require(other == forJansson, "scanned for jansson \(text(other))")
  }

  private static func judgeJansson(
    _ input: [UInt8], _ reference: ReferenceJSONText?
  ) throws(Finding) {
    let document: JSONDocument?
    do { document = try JSONDocument(input) } catch { document = nil }
    let expected = reference.flatMap { text in
      text.isForJansson && !text.hasDuplicates && !text.hasHugeNumber ? text.root : nil
    }
    try require(
      (document == nil) == (expected == nil), "jansson \(document == nil ? "refuses" : "accepts")")
    if let document, let expected { try judge(document.root, expected, in: input) }
  }

  // MARK: Values

  /// Judges what jansson made of a value.
  private static func judge(
    _ node: JSONNode, _ expected: ReferenceJSON, in input: [UInt8]
  ) throws(Finding) {
    try require(node.isObject == expected.isObject, "an object, or not")
    try require(node.memberCount == expected.members.count, "another number of members")
    try require(node.string == expected.string, "another string")
    let text = String(decoding: input[expected.range], as: UTF8.self)
    try require(node.isNull == (text == "null"), "null, or not")
    switch expected.content {
    case .literal, .string:
      try require(node.number == nil && node.elements == nil, "another kind of value")
    case .number:
      try require(node.number == Double(text), "another number")
    case .array(let elements):
      let nodes = node.elements ?? []
      try require(nodes.count == elements.count, "another number of elements")
      for (node, element) in zip(nodes, elements) { try judge(node, element, in: input) }
    case .object(let members):
      for expected in members {
        guard let member = node[String(decoding: expected.name, as: UTF8.self)] else {
          throw Finding("jansson lacks a member")
        }
        try judge(member, expected.value, in: input)
      }
      try require(node["no member has this name"] == nil, "a member that is not there")
    }
  }

  /// How deep slices are looked at: what is deeper has been scanned with what it is in.
  private static let sliceDepthMax = 6

  /// Judges what our slices find in a value.
  private static func judgeSlices(
    of expected: ReferenceJSON, in input: [UInt8], depth: Int = 0
  ) throws(Finding) {
    guard depth <= sliceDepthMax else { return }
    try withSlice(of: input[expected.range]) { (slice) throws(Finding) in
      try require(slice.bytes.count == expected.range.count, "a value that is shorter alone")
      try require(slice.isObject == expected.isObject, "an object, or not")
      var string: [UInt8]?
      if case .string(let bytes) = expected.content { string = bytes }
      try require(slice.decodedString == string, "another string")
      if let text = expected.string { try require(slice.isString(text), "not its own string") }
      let members = slice.members.map { ($0.name.decodedString ?? [], Array($0.value.bytes)) }
      let expectedMembers = expected.members.map { ($0.name, Array(input[$0.value.range])) }
      try require(
        members.elementsEqual(expectedMembers, by: ==), "other members")
      for member in expected.members {
        guard let name = String(validating: member.name, as: UTF8.self) else { continue }
        let value = slice.member(named: name).map { Array($0.bytes) }
        let last = expected.member(name).map { Array(input[$0.range]) }
        try require(value == last, "another member of a name")
      }
    }
    var values = expected.members.map(\.value)
    if case .array(let elements) = expected.content { values = elements }
    for value in values { try judgeSlices(of: value, in: input, depth: depth + 1) }
  }

  /// Lends the value that `text` is, in memory of its own.
  private static func withSlice(
    of text: ArraySlice<UInt8>, _ body: (JSONSlice) throws(Finding) -> Void
  ) throws(Finding) {
    let copy = Array(text)
    try copy.withUnsafeBufferPointer { (bytes) throws(Finding) in
      let slice: JSONSlice
      do {
        slice = try JSONSlice(wholeText: UnsafeRawBufferPointer(bytes))
      } catch {
        throw Finding("a value that is none alone")
      }
      try body(slice)
    }
  }

  private static func scan(_ input: [UInt8], _ dialect: JSONDialect) -> Range<Int>? {
    input.withUnsafeBytes { text in
      do {
        let value = try JSONSlice(wholeText: text, dialect: dialect).bytes
        guard let base = text.baseAddress, let start = value.baseAddress else { return nil }
        return (start - base)..<(start - base + value.count)
      } catch {
        return nil
      }
    }
  }

  private static func text(_ range: Range<Int>?) -> String {
    range.map { "\($0)" } ?? "nothing"
  }
}
