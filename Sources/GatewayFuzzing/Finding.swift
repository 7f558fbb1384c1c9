/// An input on which a rule does not hold.
package struct Finding: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rule, and how it was broken.
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Finds that `rule` is broken, unless it `holds`.
func require(_ holds: Bool, _ rule: @autoclosure () -> String) throws(Finding) {
  guard holds else { throw Finding(rule()) }
}
