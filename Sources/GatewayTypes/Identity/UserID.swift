/// A user, by the name that the login service gives in its tokens (`authentication.user_claim`).
///
/// Any text of 1 to 255 bytes without control characters: it is echoed in `fromUserId`, logged and,
/// with service identity, sent in a header field.
package struct UserID: Hashable, Sendable {
  /// The most bytes of UTF-8 that a user's name may have. Source: OpenID Connect Core 1.0,
  /// section 2 (`sub` must not exceed 255 ASCII characters).
  package static let sizeMax = 255

  package let text: String

  /// Takes `text` as a user's name; nil when it is empty, too long or has a control character.
  package init?(_ text: String) {
    guard (1...UserID.sizeMax).contains(text.utf8.count) else { return nil }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
    self.text = text
  }
}
