/// The client's own name for a request, given back in the direct answer.
///
/// A JSON string of 1 to 128 bytes once decoded. It is kept, and given back, as the client spelt
/// it. Source: PROTOCOL.md, "Client to gateway".
package struct RequestID: Hashable, Sendable {
  /// The most bytes of UTF-8 that the decoded text may have.
  package static let sizeMax = 128

  /// The JSON string, quotes included.
  package let json: JSONText

  /// Takes a JSON string whose decoded size has been checked.
  package init(unchecked json: JSONText) {
    self.json = json
  }
}
