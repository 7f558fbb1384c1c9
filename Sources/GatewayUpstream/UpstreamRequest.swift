package import GatewayTypes

/// One request to the notes API, safe to put on the wire: nothing in it can end a line early.
package struct UpstreamRequest: Hashable, Sendable {
  package let method: String
  package let target: String
  package let authorization: BearerToken?
  package let json: [UInt8]?
  package let requestID: String?
  package let fields: [UpstreamField]

  /// - Parameters:
  ///   - method: a token of RFC 9110 section 5.6.2.
  ///   - target: the origin form with the prefix of `upstream.url`: a path and perhaps a query, out
  ///     of visible ASCII without `#`, sent byte for byte.
  ///   - authorization: sent as `Authorization: Bearer`; visible ASCII.
  ///   - json: the body, one JSON value.
  ///   - requestID: sent as `X-Request-Id`; visible ASCII.
  ///   - fields: others, such as the one of `upstream.service.user_header`.
  package init(
    method: String, target: String, authorization: BearerToken? = nil, json: [UInt8]? = nil,
    requestID: String? = nil, fields: [UpstreamField] = []
  ) throws(UpstreamRequestError) {
    guard isToken(method) else { throw .method }
    guard target.utf8.first == UInt8(ascii: "/"), isVisible(target),
      !target.utf8.contains(UInt8(ascii: "#"))
    else { throw .target }
    if let authorization, !isVisible(authorization.text) { throw .authorization }
    if let requestID, !isVisible(requestID) { throw .requestID }
    self.method = method
    self.target = target
    self.authorization = authorization
    self.json = json
    self.requestID = requestID
    self.fields = fields
  }

  /// Asks for nothing to be changed, so that asking again does no harm. Source: RFC 9110, 9.2.1.
  package var isRead: Bool {
    method == "GET" || method == "HEAD"
  }

  /// A server expects a body with it, if only an empty one. Source: RFC 9110, 8.6.
  var expectsBody: Bool {
    method == "POST" || method == "PUT" || method == "PATCH"
  }
}

/// One header field of a request.
package struct UpstreamField: Hashable, Sendable {
  package let name: String
  package let value: String

  /// `value` may be anything but control characters; the tab is refused as well.
  package init(name: String, value: String) throws(UpstreamRequestError) {
    guard isToken(name) else { throw .fieldName }
    guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { throw .fieldValue }
    self.name = name
    self.value = value
  }
}

/// Which part of a request can't be sent as it is. Never holds the part itself.
package enum UpstreamRequestError: Error, Hashable, Sendable {
  case method
  case target
  case authorization
  case requestID
  case fieldName
  case fieldValue
}

/// At least one character, and all of them visible ASCII.
private func isVisible(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
}

/// Source: RFC 9110 section 5.6.2.
private func isToken(_ text: String) -> Bool {
  let delimiters = Array(#""(),/:;<=>?@[\]{}"#.utf8)
  return isVisible(text) && !text.utf8.contains(where: delimiters.contains)
}
