/// The name of a note, as the notes API gave it: opaque, and safe to put into a URL path as it is.
///
/// 1 to 128 characters out of `A-Z a-z 0-9 . _ ~ -`, and neither `.` nor `..`.
/// Source: PROTOCOL.md, the head of the document.
package struct NoteID: Hashable, Sendable {
  package let text: String

  /// Takes `text` as a note's name, or says what keeps it from being one.
  package init(_ text: String) throws(ResourceNameError) {
    try ResourceNameError.check(text)
    self.text = text
  }
}

/// The name of a folder, by the same rules as that of a note.
package struct FolderID: Hashable, Sendable {
  package let text: String

  /// Takes `text` as a folder's name, or says what keeps it from being one.
  package init(_ text: String) throws(ResourceNameError) {
    try ResourceNameError.check(text)
    self.text = text
  }
}

/// What clients change: each has its place in order, and a lane of its own.
package enum Resource: Hashable, Sendable {
  case note(NoteID)
  case folder(FolderID)

  /// The name, of whichever kind it is.
  package var name: String {
    switch self {
    case .note(let note): note.text
    case .folder(let folder): folder.text
    }
  }
}

/// Why a text is not the name of a note or a folder.
package enum ResourceNameError: Error, Equatable, Sendable {
  case empty
  case tooLong(size: Int)
  case forbiddenByte(UInt8, at: Int)
  /// `.` or `..`, which a URL path would resolve away.
  case pathSegment

  /// The most characters that a name may have.
  package static let sizeMax = 128

  fileprivate static func check(_ text: String) throws(ResourceNameError) {
    guard !text.isEmpty else { throw .empty }
    let size = text.utf8.count
    guard size <= sizeMax else { throw .tooLong(size: size) }
    for (offset, byte) in text.utf8.enumerated() where !isAllowed(byte) {
      throw .forbiddenByte(byte, at: offset)
    }
    guard text != ".", text != ".." else { throw .pathSegment }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "-"):
      true
    default:
      false
    }
  }
}

extension ResourceNameError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "must not be empty"
    case .tooLong: "must have at most \(ResourceNameError.sizeMax) characters"
    case .forbiddenByte: "may only have the characters A-Z a-z 0-9 . _ ~ -"
    case .pathSegment: "must not be . or .."
    }
  }
}
