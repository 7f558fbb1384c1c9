/// The name of a note, as the notes API gave it: opaque, and safe to put into a URL path as it is.
///
/// 1 to 128 characters out of `A-Z a-z 0-9 . _ ~ -`, and neither `.` nor `..`.
/// Source: PROTOCOL.md, the head of the document.
package struct NoteID: Hashable, Sendable {
  /// The most characters that a note's name may have.
  package static let sizeMax = 128

  package let text: String

  /// Takes `text` as a note's name, or says what keeps it from being one.
  package init(_ text: String) throws(NoteIDError) {
    guard !text.isEmpty else { throw .empty }
    let size = text.utf8.count
    guard size <= NoteID.sizeMax else { throw .tooLong(size: size) }
    for (offset, byte) in text.utf8.enumerated() where !NoteID.isAllowed(byte) {
      throw .forbiddenByte(byte, at: offset)
    }
    guard text != ".", text != ".." else { throw .pathSegment }
    self.text = text
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

/// Why a text is not a note's name.
package enum NoteIDError: Error, Equatable, Sendable {
  case empty
  case tooLong(size: Int)
  case forbiddenByte(UInt8, at: Int)
  /// `.` or `..`, which a URL path would resolve away.
  case pathSegment
}

extension NoteIDError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "must not be empty"
    case .tooLong: "must have at most \(NoteID.sizeMax) characters"
    case .forbiddenByte: "may only have the characters A-Z a-z 0-9 . _ ~ -"
    case .pathSegment: "must not be . or .."
    }
  }
}
