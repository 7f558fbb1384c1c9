import GatewayTypes
package import GatewayWire

/// What the demo answers one request with.
package struct DemoAnswer: Hashable, Sendable {
  package let status: Int
  /// Those for the body's length and the connection are not among them.
  package let fields: [ResponseField]
  package let body: [UInt8]

  private init(status: Int, fields: [ResponseField], body: [UInt8] = []) {
    self.status = status
    // Nothing here is for a cache, for other origins, or to be taken for something else.
    self.fields =
      fields + [
        ResponseField("Cache-Control", "no-store"),
        ResponseField("X-Content-Type-Options", "nosniff"),
        ResponseField("Cross-Origin-Resource-Policy", "same-origin"),
      ]
    self.body = body
  }

  static func json(
    _ json: JSONText, status: Int = 200, fields: [ResponseField] = []
  ) -> DemoAnswer {
    let type = ResponseField("Content-Type", "application/json")
    return DemoAnswer(status: status, fields: [type] + fields, body: json.bytes)
  }

  static let noContent = DemoAnswer(status: 204, fields: [])

  /// A page that may run what stands in it, talk to its own origin, by WebSocket too, and no more.
  static func page(_ html: [UInt8]) -> DemoAnswer {
    let policy = [
      "default-src 'none'", "script-src 'unsafe-inline'", "style-src 'unsafe-inline'",
      "img-src data:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
      "frame-ancestors 'none'",
    ].joined(separator: "; ")
    return DemoAnswer(
      status: 200,
      fields: [
        ResponseField("Content-Type", "text/html; charset=utf-8"),
        ResponseField("Content-Security-Policy", policy),
      ],
      body: html)
  }

  /// A refusal; `message` is for people.
  static func error(
    _ status: Int, _ message: String, fields: [ResponseField] = []
  ) -> DemoAnswer {
    .json(.object(["error": JSONText(string: message)]), status: status, fields: fields)
  }

  static func methodNotAllowed(allowed: String) -> DemoAnswer {
    .error(405, "Only \(allowed) here", fields: [ResponseField("Allow", allowed)])
  }

  /// Source: RFC 6750 section 3.
  static func unauthorized(_ message: String, challenge: String) -> DemoAnswer {
    .error(401, message, fields: [ResponseField("WWW-Authenticate", challenge)])
  }
}

extension JSONText {
  /// An object with these members, whose names need no escape.
  static func object(_ members: KeyValuePairs<String, JSONText>) -> JSONText {
    let texts = members.map { Array("\"\($0)\":".utf8) + $1.bytes }
    return JSONText(unchecked: [0x7b] + texts.joined(separator: [0x2c]) + [0x7d])
  }
}
