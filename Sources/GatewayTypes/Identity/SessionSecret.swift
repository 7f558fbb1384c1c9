/// What a client signs its messages with: random, and the same for the life of its connection.
///
/// 64 lowercase hexadecimal digits, the text of which is the key. Printing it gives a placeholder.
/// Source: PROTOCOL.md, "Signed messages".
package struct SessionSecret: Hashable, Sendable {
  package let text: String

  /// `numbers` come from the system's random numbers.
  package init(_ numbers: (UInt64, UInt64, UInt64, UInt64)) {
    text =
      hexadecimal(numbers.0, digits: 16) + hexadecimal(numbers.1, digits: 16)
      + hexadecimal(numbers.2, digits: 16) + hexadecimal(numbers.3, digits: 16)
  }
}

extension SessionSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "<session secret>" }
  package var debugDescription: String { "<session secret>" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
