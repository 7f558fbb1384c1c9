import GatewayWire

/// The ways in which the bytes of a request head can come.
enum Feeding: CaseIterable {
  case whole
  case byteByByte
  case behindAnother

  /// What becomes of `text`; neither a head nor an error when more is needed.
  func parse(_ text: String, sizeMax: Int = 32_768) -> (
    head: RequestHead?, error: RequestHeadError?
  ) {
    var parser = RequestHeadParser(sizeMax: sizeMax)
    var bytes = utf8(text)[...]
    if self == .behindAnother {
      let another = "PUT /another HTTP/1.1\r\nHost: another\r\nX-Y: 1, 2\r\n\r\n"
      bytes = (utf8(another) + bytes)[...]
      guard case .complete(_, let consumed) = parser.consume(bytes) else { return (nil, nil) }
      bytes = bytes.dropFirst(consumed)
    }
    let chunkSize = self == .byteByByte ? 1 : bytes.count
    while !bytes.isEmpty {
      switch parser.consume(bytes.prefix(chunkSize)) {
      case .needMore: bytes = bytes.dropFirst(chunkSize)
      case .complete(let head, _): return (head, nil)
      case .failed(let error): return (nil, error)
      }
    }
    return (nil, nil)
  }
}

extension RequestHeadParser {
  mutating func consume(_ text: some StringProtocol) -> Step {
    consume(Array(text.utf8)[...])
  }

  mutating func consume(_ bytes: ArraySlice<UInt8>) -> Step {
    bytes.withUnsafeBytes { consume($0) }
  }
}

/// The head in `text`, which must be a sound one.
func requestHead(_ text: String) -> RequestHead {
  guard let head = Feeding.whole.parse(text).head else {
    preconditionFailure("not a request head: \(readable(text.utf8))")
  }
  return head
}
