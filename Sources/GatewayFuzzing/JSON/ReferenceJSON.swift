/// A JSON value, read by descending into it, as the grammar of RFC 8259 does.
struct ReferenceJSON {
  enum Content {
    case literal
    case number
    /// Decoded. A half of a surrogate pair becomes three bytes that are not UTF-8.
    case string([UInt8])
    case array([ReferenceJSON])
    case object([Member])
  }

  struct Member {
    /// Decoded, by the rules of strings.
    let name: [UInt8]
    /// Where the name stands, with its quotes.
    let nameRange: Range<Int>
    let value: ReferenceJSON
  }

  let content: Content
  /// Where it stands in the text.
  let range: Range<Int>

  var members: [Member] {
    if case .object(let members) = content { members } else { [] }
  }

  /// Of several members of one name the last one.
  func member(_ name: String) -> ReferenceJSON? {
    members.last { $0.name.elementsEqual(name.utf8) }?.value
  }

  /// The text of a string; nil for any other value, and for one that is not Unicode.
  var string: String? {
    guard case .string(let bytes) = content else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  var isObject: Bool {
    if case .object = content { true } else { false }
  }

  var hasDuplicateNames: Bool { Set(members.map(\.name)).count < members.count }
}

/// A text that is one JSON value, and what else is to be said of it.
struct ReferenceJSONText {
  let root: ReferenceJSON
  /// A string has an escaped half of a surrogate pair.
  let hasHalfPair: Bool
  /// A member's name has an escaped NUL.
  let hasNULInName: Bool
  /// Two members of one object have the same name.
  let hasDuplicates: Bool
  /// A number is larger than any double.
  let hasHugeNumber: Bool

  /// Whether jansson's own rules for strings allow it.
  var isForJansson: Bool { !hasHalfPair && !hasNULInName }

  /// Nil when `text` is not JSON, or nested too deeply.
  init?(_ text: [UInt8]) {
    guard String(validating: text, as: UTF8.self) != nil else { return nil }
    var reader = ReferenceJSONReader(text)
    guard let root = reader.element(depth: 0), reader.isAtEnd else { return nil }
    self.root = root
    hasHalfPair = reader.hasHalfPair
    hasNULInName = reader.hasNULInName
    hasDuplicates = reader.hasDuplicates
    hasHugeNumber = reader.hasHugeNumber
  }
}
