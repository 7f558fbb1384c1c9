/// Finds the payload in a chunked body, from bytes as they come.
///
/// ```
/// sizeStart ─▶ size ─[";"─▶ extension]─CRLF─▶ payload ─CRLF─▶ sizeStart
///                └─ of 0 ──CRLF─▶ trailers ─empty line─▶ ended
/// ```
///
/// Strict: lines end with CRLF, no white space stands around a size. Extensions are skipped, as a
/// recipient must, but bounded over the whole body, since each could outweigh its chunk. Trailers
/// obey the rules of fields, are bounded, and are dropped; one that speaks of framing or of the
/// host is refused, for whoever took it for a field of the head would read another request.
/// Source: RFC 9112 section 7.1; RFC 9110 section 6.5.1.
package struct ChunkedBodyDecoder: Hashable, Sendable {
  package enum Step: Hashable, Sendable {
    /// All bytes were taken, and there is no payload among them.
    case needMore
    /// The bytes of the input that are payload, at least one. All up to the end of the range were
    /// taken; the next call gets what stands behind it.
    case payload(Range<Int>)
    /// The body ended, `consumed` bytes into the input; what follows is the next request.
    case complete(consumed: Int)
    /// Final: the decoder takes nothing more.
    case failed(ChunkedBodyError)
  }

  private enum State: Hashable {
    /// Before the first digit of a size.
    case sizeStart
    case size(UInt64, digitCount: Int)
    case chunkExtension(size: UInt64)
    /// Behind the CR of the line with the size.
    case sizeLineEnd(size: UInt64)
    /// So many bytes of payload are to come, at least one.
    case payload(remaining: UInt64)
    /// Behind the payload of a chunk, before its CR.
    case payloadEnd
    /// Behind that CR.
    case payloadLineEnd
    case trailers
    case ended
    case failed(ChunkedBodyError)
  }

  /// As many as 64 bits have. Leading zeros count.
  private static let digitCountMax = 16
  /// Of all chunks of a body together, in bytes.
  private static let extensionSizeMax = 4096
  /// In bytes, with the empty line.
  private static let trailerSizeMax = 8192

  private var state = State.sizeStart
  private var extensionSize = 0
  private var trailerSize = 0
  private var trailers = FieldLineReader()
  /// The beginning of the trailer line at hand, as much as a forbidden name has.
  private var trailerStart: [UInt8] = []

  private static let forbiddenTrailers = ["content-length", "transfer-encoding", "host"]
  private static let trailerStartSizeMax = 18

  package init() {}

  /// Takes the next bytes of the body, up to the end of the next piece of payload. `bytes` is not
  /// kept.
  package mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Step {
    if state == .ended { return .complete(consumed: 0) }
    if case .failed(let error) = state { return .failed(error) }
    for index in bytes.indices {
      if case .payload(let remaining) = state {
        let size = Int(clamping: min(remaining, UInt64(bytes.count - index)))
        let rest = remaining - UInt64(size)
        state = rest == 0 ? .payloadEnd : .payload(remaining: rest)
        return .payload(index..<(index + size))
      }
      do {
        try advance(over: bytes[index])
      } catch {
        state = .failed(error)
        return .failed(error)
      }
      if state == .ended { return .complete(consumed: index + 1) }
    }
    return .needMore
  }

  /// Takes a byte that is not payload.
  private mutating func advance(over byte: UInt8) throws(ChunkedBodyError) {
    switch state {
    case .sizeStart: try advanceSize(0, digitCount: 0, over: byte)
    case .size(let size, let digitCount): try advanceSize(size, digitCount: digitCount, over: byte)
    case .chunkExtension(let size): try advanceExtension(of: size, over: byte)
    case .sizeLineEnd(let size):
      guard byte == lineFeed else { throw .badLineEnd }
      state = size == 0 ? .trailers : .payload(remaining: size)
    case .payloadEnd:
      guard byte == carriageReturn else { throw .badLineEnd }
      state = .payloadLineEnd
    case .payloadLineEnd:
      guard byte == lineFeed else { throw .badLineEnd }
      state = .sizeStart
    case .trailers: try advanceTrailers(over: byte)
    case .payload, .ended, .failed:
      preconditionFailure("payload and what follows the body are not read byte by byte")
    }
  }

  private mutating func advanceSize(
    _ size: UInt64, digitCount: Int, over byte: UInt8
  ) throws(ChunkedBodyError) {
    if let digit = hexadecimalValue(of: byte) {
      guard digitCount < ChunkedBodyDecoder.digitCountMax else { throw .badSize }
      state = .size(size << 4 | UInt64(digit), digitCount: digitCount + 1)
      return
    }
    guard digitCount > 0 else { throw .badSize }
    switch byte {
    case carriageReturn: state = .sizeLineEnd(size: size)
    case UInt8(ascii: ";"): state = .chunkExtension(size: size)
    case lineFeed: throw .badLineEnd
    default: throw .badSize
    }
  }

  private mutating func advanceExtension(
    of size: UInt64, over byte: UInt8
  ) throws(ChunkedBodyError) {
    switch byte {
    case carriageReturn: state = .sizeLineEnd(size: size)
    case lineFeed: throw .badLineEnd
    case horizontalTab, 0x20...0x7e:
      extensionSize += 1
      guard extensionSize <= ChunkedBodyDecoder.extensionSizeMax else { throw .extensionsTooLarge }
    default: throw .badExtension
    }
  }

  private mutating func advanceTrailers(over byte: UInt8) throws(ChunkedBodyError) {
    trailerSize += 1
    guard trailerSize <= ChunkedBodyDecoder.trailerSizeMax else { throw .trailersTooLarge }
    if trailerStart.count < ChunkedBodyDecoder.trailerStartSizeMax { trailerStart.append(byte) }
    let event: FieldLineReader.Event
    do {
      event = try trailers.advance(over: byte, at: trailerSize)
    } catch {
      throw .badTrailer(error)
    }
    switch event {
    case .none: break
    case .field(let range):
      let name = trailerStart.prefix(range.name.count)
      guard !ChunkedBodyDecoder.forbiddenTrailers.contains(where: name.equalsIgnoringCase) else {
        throw .forbiddenTrailer
      }
      trailerStart.removeAll(keepingCapacity: true)
    case .end: state = .ended
    }
  }
}

/// Why a chunked body is refused. Nothing that follows it on its connection may be read.
package enum ChunkedBodyError: Error, Hashable, Sendable {
  /// A CR without its LF, a LF without its CR, or more payload than the size said.
  case badLineEnd
  /// Not 1 to 16 hexadecimal digits.
  case badSize
  /// A byte that is neither visible ASCII nor white space.
  case badExtension
  case extensionsTooLarge
  case badTrailer(FieldLineError)
  /// One that says something of the message's framing, or its host.
  case forbiddenTrailer
  case trailersTooLarge

  /// The status of the answer.
  package var status: Int {
    switch self {
    case .trailersTooLarge: 431
    case .badLineEnd, .badSize, .badExtension, .extensionsTooLarge, .badTrailer,
      .forbiddenTrailer:
      400
    }
  }
}
