/// The head of one HTTP/1.0 or 1.1 request that a `RequestHeadParser` found to be sound.
///
/// All its parts are slices of one piece of memory.
package struct RequestHead: Hashable, Sendable {
  private let bytes: [UInt8]
  private let parts: Parts
  /// How the body behind this head is delimited.
  package let framing: BodyFraming

  /// Where things are in the bytes of a head.
  struct Parts: Hashable, Sendable {
    var method = 0..<0
    var target = 0..<0
    var minorVersion = 1
    var fields: [FieldRange] = []
  }

  init(_ bytes: [UInt8], _ parts: Parts, framing: BodyFraming) {
    self.bytes = bytes
    self.parts = parts
    self.framing = framing
  }

  /// A token; its letters mean different things in different cases.
  package var method: ArraySlice<UInt8> { bytes[parts.method] }

  /// In origin form: begins with `/`, and is visible ASCII without `#`. As it came, not decoded.
  package var target: ArraySlice<UInt8> { bytes[parts.target] }

  /// The target up to its first `?`, not decoded.
  package var path: ArraySlice<UInt8> { target.prefix { $0 != UInt8(ascii: "?") } }

  /// The target behind its first `?`, not decoded; nil where there is none.
  package var query: ArraySlice<UInt8>? {
    target.firstIndex(of: UInt8(ascii: "?")).map { target[($0 + 1)...] }
  }

  /// 1 for HTTP/1.1, 0 for HTTP/1.0.
  package var minorVersion: Int { parts.minorVersion }

  package var fields: HTTPFields { HTTPFields(of: bytes, at: parts.fields) }

  /// Whether the client means to send another request on this connection.
  ///
  /// Source: RFC 9112 section 9.3.
  package var isKeepAlive: Bool {
    if fields.contains(token: "close", in: "connection") { return false }
    return minorVersion == 1 || fields.contains(token: "keep-alive", in: "connection")
  }

  /// The names of fields that are for the next hop only, and other options of the connection.
  ///
  /// Source: RFC 9110 section 7.6.1.
  package var connectionOptions: [ArraySlice<UInt8>] {
    fields.elements(of: "connection")
  }

  /// Whether the client waits for `100 Continue` before it sends the body.
  ///
  /// HTTP/1.0 knows no such answer. Source: RFC 9110 section 10.1.1.
  package var expectsContinue: Bool {
    minorVersion == 1 && framing != .none && fields.contains(token: "100-continue", in: "expect")
  }
}

/// How the body of a request is delimited. Source: RFC 9112 section 6.3.
package enum BodyFraming: Hashable, Sendable {
  case none
  /// In bytes; may be 0.
  case contentLength(UInt64)
  case chunked
}
