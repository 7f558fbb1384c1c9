import GatewayWire

/// The head of a request, each character of which is one byte.
func soundHead(_ text: String) throws -> RequestHead {
  let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  var parser = RequestHeadParser(sizeMax: 4096)
  guard case .complete(let head, _) = bytes.withUnsafeBytes({ parser.consume($0) }) else {
    throw UnsoundHead(text: text)
  }
  return head
}

/// The test's own mistake.
struct UnsoundHead: Error {
  let text: String
}
