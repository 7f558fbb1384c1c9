/// Responses whose body is at hand, head and body in one piece of memory.
package enum WholeResponse {
  /// A response with `body`, whose length its head says. `contentType` is nil where none is known.
  package static func bytes(
    status: Int, contentType: String? = nil, fields: [ResponseField] = [], body: [UInt8] = [],
    connection: [ResponseHead.ConnectionOption] = []
  ) -> [UInt8] {
    let allFields = (contentType.map { [ResponseField("Content-Type", $0)] } ?? []) + fields
    let isBodyless = status < 200 || status == 204 || status == 304
    precondition(!isBodyless || body.isEmpty, "the status \(status) has no body")
    let head = ResponseHead(
      status: status, fields: allFields,
      body: isBodyless ? .none : .contentLength(UInt64(body.count)), connection: connection)
    var bytes = head.encoded(reserving: body.count)
    bytes.append(contentsOf: body)
    return bytes
  }

  /// A refusal of the gateway: `{"error":"…","code":"…"}`. `message` is for people.
  ///
  /// Source: PROXY.md, "Pass-through".
  package static func error(
    status: Int, code: String, message: String, fields: [ResponseField] = [],
    connection: [ResponseHead.ConnectionOption] = []
  ) -> [UInt8] {
    return bytes(
      status: status, contentType: "application/json", fields: fields,
      body: JSONError(code: code, message: message).body, connection: connection)
  }

  /// The answer to an upgrade to a version that the gateway does not speak.
  ///
  /// Source: RFC 6455 section 4.4; RFC 9110 section 15.5.22.
  package static var upgradeRequired: [UInt8] {
    error(
      status: 426, code: "upgrade_required", message: "Only WebSocket version 13 is supported",
      fields: [
        ResponseField("Upgrade", "websocket"), ResponseField("Sec-WebSocket-Version", "13"),
      ],
      connection: [.close, .upgrade])
  }
}
