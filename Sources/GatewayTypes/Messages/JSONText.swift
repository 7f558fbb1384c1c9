/// The bytes of one JSON value as its sender wrote them, known to be valid JSON (RFC 8259).
///
/// What passes through the gateway stays in this form, so that numbers, the order of members,
/// escapes and white space survive.
package struct JSONText: Hashable, Sendable {
  package let bytes: [UInt8]

  /// Takes bytes that a scanner or parser has already found to be one JSON value.
  package init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// `null`.
  package static let null = JSONText(unchecked: Array("null".utf8))
}
