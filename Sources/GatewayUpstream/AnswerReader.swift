import GatewayTypes

/// Reads one answer as it comes, and says in the end what became of the request.
///
/// Each method returns whether to go on; after a no it has its failure, and nothing more is given.
struct AnswerReader {
  private let sizeMax: Int
  private var status = 0
  private var body: [UInt8] = []
  private var failure: Failure?

  /// What is wrong with the answer itself, and why, for people.
  struct Failure {
    let kind: UpstreamFailure
    let reason: String
  }

  /// `sizeMax` is the most bytes of a body.
  init(sizeMax: Int) {
    self.sizeMax = sizeMax
  }

  mutating func head(status: Int) -> Bool {
    // 101 would be the end of HTTP on the connection, which nobody asked for.
    guard (200...599).contains(status) else {
      return fail(.brokenAnswer, "a status that is not 200 to 599")
    }
    self.status = status
    return true
  }

  /// `name` and `value` are used during the call only.
  mutating func field(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
    // None was asked for, so that the bytes are the API's own.
    if equals(name, "content-encoding"), !value.isEmpty, !equals(value, "identity") {
      return fail(.brokenAnswer, "a Content-Encoding that was not asked for")
    }
    // libcurl would take off a compression as well.
    if equals(name, "transfer-encoding"), !equals(value, "chunked") {
      return fail(.brokenAnswer, "a Transfer-Encoding that is not chunked")
    }
    return true
  }

  /// `bytes` are copied.
  mutating func body(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count <= sizeMax - body.count else {
      return fail(.answerTooLarge, "more than \(sizeMax) bytes")
    }
    body.append(contentsOf: bytes)
    return true
  }

  /// How the exchange ended. `isWhole`: the answer came to its end. `mayHaveBeenSent`: the upstream
  /// may have received the request.
  func outcome(isWhole: Bool, mayHaveBeenSent: Bool) -> UpstreamOutcome {
    if let failure { return .failed(failure.kind) }
    if isWhole { return .answered(UpstreamAnswer(status: status, body: body)) }
    return .failed(mayHaveBeenSent ? .brokenAnswer : .notConnected)
  }

  /// Why the answer was not accepted; nil when that is not the reason for a failure.
  var reason: String? { failure?.reason }

  private mutating func fail(_ kind: UpstreamFailure, _ reason: String) -> Bool {
    failure = Failure(kind: kind, reason: reason)
    return false
  }
}

/// Whether `bytes` are `text`, which is in lower case, in any case.
func equals(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
  text.withUTF8Buffer { lowercase in
    bytes.count == lowercase.count
      && zip(bytes, lowercase).allSatisfy { byte, expected in
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          ? byte | 0x20 == expected : byte == expected
      }
  }
}
