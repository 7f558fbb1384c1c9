/// What a fuzzer is let loose on: a reader of bytes that nobody has checked, and the rules that
/// must hold whatever they are.
///
/// The rules are judged by readings of their own, simple and slow, so that a finding is a
/// difference between two independent ones. The inputs that are kept are in `Fuzz/Corpus/NAME`.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// A connection's bytes, as requests: `RequestHeadParser`, `RequestBody`, `WebSocketUpgrade`.
  case request
  /// A JSON text: `JSONScanner` and what is built on it, and `JSONDocument`, which is jansson.
  case json
  /// A text message of a client: `ClientMessageParser`.
  case message
  /// A token, or what is to be signed of one: `TokenVerifier`.
  case token
  /// A JSON Web Key Set: `JSONWebKeySet`.
  case keys
  /// A configuration file: `ConfigurationReader`.
  case configuration

  /// What the reader said of an input.
  package enum Verdict: Hashable, Sendable {
    case accepted
    case refused
  }

  /// Reads `input`, and judges what comes of it.
  package func check(_ input: [UInt8]) throws(Finding) -> Verdict {
    switch self {
    case .request: try RequestTarget.check(input)
    case .json: try JSONTarget.check(input)
    case .message: try MessageTarget.check(input)
    case .token: try TokenTarget.check(input)
    case .keys: try KeysTarget.check(input)
    case .configuration: try ConfigurationTarget.check(input)
    }
  }
}
