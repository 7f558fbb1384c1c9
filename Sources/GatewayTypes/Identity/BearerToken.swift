/// A JWT as a client presented it: a secret. It is sent to the upstream and shown nowhere.
///
/// Printing or logging it gives a placeholder, whatever way it gets there.
package struct BearerToken: Hashable, Sendable {
  /// The compact serialisation, RFC 7519 section 3, as it came.
  package let text: String

  package init(_ text: String) {
    self.text = text
  }
}

extension BearerToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "<token>" }
  package var debugDescription: String { "<token>" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
