/// A user, by the name that the login service gives in its tokens (`authentication.user_claim`).
///
/// Any text of 1 to 255 bytes without control characters, and without a space at its ends: it is
/// echoed in `fromUserId`, logged and, with service identity, sent in a header field, whose reader
/// takes such spaces away and would see another user. Two names are the same only byte for byte:
/// texts that Unicode calls equivalent are different users of the login service.
package struct UserID: Hashable, Sendable {
  /// The most bytes of UTF-8 that a user's name may have. Source: OpenID Connect Core 1.0,
  /// section 2 (`sub` must not exceed 255 ASCII characters).
  package static let sizeMax = 255

  package let text: String

  /// Takes `text` as a user's name; nil when it is empty or too long, has a control character, or
  /// begins or ends with a space.
  package init?(_ text: String) {
    guard (1...UserID.sizeMax).contains(text.utf8.count) else { return nil }
    guard !text.unicodeScalars.contains(where: UserID.isControl) else { return nil }
    let space = UInt8(ascii: " ")
    guard text.utf8.first != space, text.utf8.last != space else { return nil }
    self.text = text
  }

  package static func == (left: UserID, right: UserID) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// General category Cc: a terminal obeys U+009B as it does ESC and `[`.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1f, 0x7f...0x9f: true
    default: false
    }
  }
}
