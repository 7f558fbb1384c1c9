import GatewayWire

/// Which fields of one message are for the next hop only, and end here.
///
/// Source: RFC 9110 section 7.6.1.
struct HopByHopFields {
  /// What the message itself calls so, but for the options that are no names of fields.
  private let named: [ArraySlice<UInt8>]

  init(of fields: HTTPFields) {
    named = fields.elements(of: "connection").filter {
      !$0.equalsIgnoringCase("close") && !$0.equalsIgnoringCase("keep-alive")
    }
  }

  func contains(_ name: ArraySlice<UInt8>) -> Bool {
    HopByHopFields.isAlways(name) || named.contains { name.equalsIgnoringCase($0) }
  }

  /// `Trailer` is among them since trailers end here too.
  private static func isAlways(_ name: ArraySlice<UInt8>) -> Bool {
    switch name.count {
    case 2: name.equalsIgnoringCase("te")
    case 7: name.equalsIgnoringCase("upgrade") || name.equalsIgnoringCase("trailer")
    case 10: name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive")
    case 16: name.equalsIgnoringCase("proxy-connection")
    case 17: name.equalsIgnoringCase("transfer-encoding")
    default: false
    }
  }
}
