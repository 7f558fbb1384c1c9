/// Where a login service publishes its keys, taken apart.
package struct KeySetURL: Hashable, Sendable {
  /// The server alone, without a path.
  package let server: UpstreamURL
  /// What stands in the request line: the path, byte for byte as it was written; `/` when there
  /// was none.
  package let target: String

  /// The URL of parts known to be right.
  package init(server: UpstreamURL, target: String) {
    self.server = server
    self.target = target
  }
}

extension KeySetURL: CustomStringConvertible {
  package var description: String {
    "\(server)\(target)"
  }
}
