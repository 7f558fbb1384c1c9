/// What a request says about becoming a WebSocket connection.
///
/// Source: RFC 6455 section 4.2.1; PROTOCOL.md, "Connecting".
package enum WebSocketUpgrade: Hashable, Sendable {
  /// It does not ask for it: `Upgrade` has no token `websocket`.
  case none
  case wellFormed(WebSocketKey)
  /// Asks for it against the rules: 400.
  case malformed
  /// Asks for a version that is not 13: 426, with `Sec-WebSocket-Version: 13`.
  case unsupportedVersion

  package init(_ head: RequestHead) {
    guard head.fields.contains(token: "websocket", in: "upgrade") else {
      self = .none
      return
    }
    guard head.method.equals("GET"), head.minorVersion == 1,
      head.framing == .none || head.framing == .contentLength(0),
      head.fields.contains(token: "upgrade", in: "connection"),
      let version = WebSocketUpgrade.onlyValue(of: "sec-websocket-version", in: head)
    else {
      self = .malformed
      return
    }
    guard version.equals("13") else {
      self = WebSocketUpgrade.isVersion(version) ? .unsupportedVersion : .malformed
      return
    }
    guard let value = WebSocketUpgrade.onlyValue(of: "sec-websocket-key", in: head),
      let key = WebSocketKey(value)
    else {
      self = .malformed
      return
    }
    self = .wellFormed(key)
  }

  /// The value of the one line with this name; nil where there is none or more than one.
  private static func onlyValue(of name: String, in head: RequestHead) -> ArraySlice<UInt8>? {
    var values = head.fields.values(of: name).makeIterator()
    guard let value = values.next(), values.next() == nil else { return nil }
    return value
  }

  /// Whether it is 0 to 255 without leading zeros. Source: RFC 6455 section 4.3.
  private static func isVersion(_ value: ArraySlice<UInt8>) -> Bool {
    guard (1...3).contains(value.count), value.allSatisfy(isDigit) else { return false }
    guard value.first != UInt8(ascii: "0") || value.count == 1 else { return false }
    return value.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
  }
}

/// A `Sec-WebSocket-Key`: the base64 of 16 bytes.
package struct WebSocketKey: Hashable, Sendable {
  /// 24 bytes of ASCII, as they came: what the accept key is made of.
  package let bytes: ArraySlice<UInt8>

  /// Nil when `value` is not the base64 of 16 bytes.
  ///
  /// Bits of the last letter that belong to no byte are not looked at: the key is never decoded.
  package init?(_ value: ArraySlice<UInt8>) {
    let isBase64: (UInt8) -> Bool = {
      isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
    }
    guard value.count == 24, value.prefix(22).allSatisfy(isBase64), value.suffix(2).equals("==")
    else { return nil }
    bytes = value
  }
}
