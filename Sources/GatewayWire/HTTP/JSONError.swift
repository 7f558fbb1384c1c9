/// What a refusal of the gateway says, `{"error":"…","code":"…"}`. Source: PROXY.md,
/// "Pass-through".
package struct JSONError: Hashable, Sendable {
  package let code: String
  /// For people.
  package let message: String

  package init(code: String, message: String) {
    self.code = code
    self.message = message
  }

  /// The JSON object.
  package var body: [UInt8] {
    var body: [UInt8] = []
    body.append(verbatim: #"{"error":""#)
    body.append(escaped: message)
    body.append(verbatim: #"","code":""#)
    body.append(escaped: code)
    body.append(verbatim: #""}"#)
    return body
  }
}
