import GatewayWire

/// Which fields of one message are for the next hop only, and end here.
///
/// Source: RFC 9110 section 7.6.1.
struct HopByHopFields {
  /// `Trailer` is among them since trailers end here too.
  private static let always = [
    "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
  ]

  /// What the message itself calls so, but for the options that are no names of fields.
  private let named: [ArraySlice<UInt8>]

  init(of fields: HTTPFields) {
    named = fields.elements(of: "connection").filter {
      !$0.equalsIgnoringCase("close") && !$0.equalsIgnoringCase("keep-alive")
    }
  }

  func contains(_ name: ArraySlice<UInt8>) -> Bool {
    HopByHopFields.always.contains { name.equalsIgnoringCase($0) }
      || named.contains { name.equalsIgnoringCase($0) }
  }
}
