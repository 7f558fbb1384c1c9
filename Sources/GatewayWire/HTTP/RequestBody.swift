/// The body of one request, found in the bytes behind its head.
package struct RequestBody: Sendable {
  package enum Step: Hashable, Sendable {
    /// Payload, up to which the bytes were taken; there may be more behind it.
    case payload(Range<Int>)
    /// So many bytes were taken, without payload.
    case taken(Int)
    case failed(ChunkedBodyError)
  }

  private enum State {
    /// At least one byte is to come.
    case length(remaining: UInt64)
    case chunked(ChunkedBodyDecoder)
    case ended
  }

  private var state: State

  package init(_ framing: BodyFraming) {
    switch framing {
    case .none, .contentLength(0): state = .ended
    case .contentLength(let size): state = .length(remaining: size)
    case .chunked: state = .chunked(ChunkedBodyDecoder())
    }
  }

  package var isEnded: Bool {
    switch state {
    case .ended: true
    case .length, .chunked: false
    }
  }

  /// How many bytes are to come at least; a chunked body doesn't say.
  package var remainingSizeMin: UInt64 {
    switch state {
    case .length(let remaining): remaining
    case .chunked, .ended: 0
    }
  }

  /// Takes the next bytes of the connection, at least one, up to the end of a piece of payload.
  package mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Step {
    switch state {
    case .ended:
      return .taken(0)
    case .length(let remaining):
      let size = Int(clamping: min(remaining, UInt64(bytes.count)))
      let rest = remaining - UInt64(size)
      state = rest == 0 ? .ended : .length(remaining: rest)
      return .payload(0..<size)
    case .chunked(var decoder):
      let step = decoder.consume(bytes)
      state = .chunked(decoder)
      switch step {
      case .needMore: return .taken(bytes.count)
      case .payload(let range): return .payload(range)
      case .complete(consumed: let size):
        state = .ended
        return .taken(size)
      case .failed(let error): return .failed(error)
      }
    }
  }
}
