/// The head of an HTTP/1.1 response of ours.
///
/// Source: RFC 9112 sections 4 to 6.
package struct ResponseHead: Hashable, Sendable {
  /// How the body behind the head is delimited.
  package enum Body: Hashable, Sendable {
    /// There is none, and none is spoken of: 1xx, 204, 304.
    case none
    /// In bytes. For the answer to HEAD, what GET would have.
    case contentLength(UInt64)
    case chunked
    /// It ends with the connection: to clients that know no chunks.
    case untilClose
  }

  /// What `Connection` says.
  package enum ConnectionOption: String, Hashable, Sendable {
    case close
    case keepAlive = "keep-alive"
    case upgrade
  }

  /// 100 to 599.
  package var status: Int
  /// What stands behind the status; nil for the usual phrase. As in a field's value, no control
  /// characters.
  package var reason: [UInt8]?
  /// Those for the body's length and the connection are not among them, here and in `lines`.
  package var fields: [ResponseField]
  /// More of them, of another sender.
  package var lines: FieldLines
  package var body: Body
  package var connection: [ConnectionOption]

  package init(
    status: Int, reason: [UInt8]? = nil, fields: [ResponseField] = [],
    lines: FieldLines = FieldLines(), body: Body, connection: [ConnectionOption] = []
  ) {
    precondition((100...599).contains(status), "a status has three digits and a known class")
    self.status = status
    self.reason = reason
    self.fields = fields
    self.lines = lines
    self.body = body
    self.connection = connection
  }

  /// The head as it goes over the wire, with room behind it for `bodySize` bytes.
  package func encoded(reserving bodySize: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    let fieldsSize = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    bytes.reserveCapacity(160 + fieldsSize + lines.bytes.count + bodySize)
    bytes.append(contentsOf: "HTTP/1.1 ".utf8)
    bytes.append(contentsOf: String(status).utf8)
    bytes.append(space)
    if let reason {
      bytes.append(contentsOf: reason)
    } else {
      bytes.append(contentsOf: ResponseHead.reason(of: status).utf8)
    }
    bytes.append(contentsOf: "\r\n".utf8)
    for field in fields {
      ResponseHead.append(field.name, field.value, to: &bytes)
    }
    bytes.append(contentsOf: lines.bytes)
    switch body {
    case .none, .untilClose: break
    case .contentLength(let size): ResponseHead.append("Content-Length", String(size), to: &bytes)
    case .chunked: ResponseHead.append("Transfer-Encoding", "chunked", to: &bytes)
    }
    if !connection.isEmpty {
      let options = connection.map(\.rawValue).joined(separator: ", ")
      ResponseHead.append("Connection", options, to: &bytes)
    }
    bytes.append(contentsOf: "\r\n".utf8)
    return bytes
  }

  private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: name.utf8)
    bytes.append(contentsOf: ": ".utf8)
    bytes.append(contentsOf: value.utf8)
    bytes.append(contentsOf: "\r\n".utf8)
  }
}

/// One field line of a response, known to be exactly one line.
package struct ResponseField: Hashable, Sendable {
  package let name: String
  package let value: String

  /// A field of ours. That `name` is a token and `value` has no control characters is a promise.
  package init(_ name: String, _ value: String) {
    guard let field = ResponseField(checking: name, value) else {
      preconditionFailure("the field \(name) would not be one line of a head")
    }
    self = field
  }

  /// A field with text of others in it; nil when it would not be one sound line.
  package init?(checking name: String, _ value: String) {
    guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else { return nil }
    guard value.utf8.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f }) else { return nil }
    self.name = name
    self.value = value
  }
}

extension ResponseHead {
  /// The phrase for people that goes with a status; empty for one that has none.
  ///
  /// Source: RFC 9110 section 15; RFC 6585.
  package static func reason(of status: Int) -> String {
    reasons[status] ?? ""
  }

  private static let reasons: [Int: String] = [
    100: "Continue", 101: "Switching Protocols", 103: "Early Hints",
    200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
    204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
    411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
    417: "Expectation Failed", 418: "I'm a teapot", 421: "Misdirected Request",
    422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency", 425: "Too Early",
    426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    507: "Insufficient Storage", 508: "Loop Detected", 511: "Network Authentication Required",
  ]
}
