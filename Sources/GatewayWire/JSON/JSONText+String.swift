package import GatewayTypes

extension JSONText {
  /// The JSON string that reads `text`. Source: RFC 8259 section 7.
  package init(string text: String) {
    var bytes: [UInt8] = []
    bytes.append(verbatim: "\"")
    bytes.append(escaped: text)
    bytes.append(verbatim: "\"")
    self.init(unchecked: bytes)
  }
}
