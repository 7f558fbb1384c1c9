/// Reads the heads of HTTP/1.x requests, one after the other, from bytes as they come.
///
/// ```
/// start ──▶ method ──SP──▶ target ──SP──▶ version ──CRLF──▶ fields ──empty line──▶ start
/// ```
///
/// Strict: what two readers could understand differently is refused, as early as it shows, and with
/// the same verdict however the bytes are cut into chunks. Every byte is looked at once, and those
/// that only make a part longer in one go. A head is one buffer and one array of ranges, whatever
/// the number of its fields.
/// Source: RFC 9112 sections 2 to 6; PROXY.md, "Pass-through".
package struct RequestHeadParser: Sendable {
  package enum Step: Hashable, Sendable {
    /// All bytes were taken, and the head goes on behind them.
    case needMore
    /// `consumed` bytes of this chunk belong to the head; what follows is its body or the next one.
    case complete(RequestHead, consumed: Int)
    /// Final: the parser takes nothing more.
    case failed(RequestHeadError)
  }

  private enum State: Hashable {
    /// Before the first byte of a request line, behind so many empty lines.
    case start(emptyLineCount: Int)
    /// Behind the CR of an empty line.
    case emptyLineEnd(emptyLineCount: Int)
    case method
    case target
    /// Behind so many bytes of `HTTP/1.1`.
    case version(size: Int)
    case requestLineEnd
    case fields
    case failed(RequestHeadError)
  }

  /// Empty lines before a request line that are tolerated: some clients send one behind a body.
  /// Source: RFC 9112 section 2.2.
  private static let emptyLineCountMax = 2

  private let sizeMax: Int
  private let fieldCountMax: Int
  private var state = State.start(emptyLineCount: 0)
  private var bytes: [UInt8] = []
  private var parts = RequestHead.Parts()
  private var fieldLines = FieldLineReader()
  private var rules = RequestFieldRules()

  /// `sizeMax` is `limits.header_size`, in bytes with the empty line that ends the head;
  /// `fieldCountMax` bounds what looking fields up can cost.
  package init(sizeMax: Int, fieldCountMax: Int = 256) {
    self.sizeMax = sizeMax
    self.fieldCountMax = fieldCountMax
  }

  /// Whether no byte of a request line has come yet: an end of the connection now cuts nothing off.
  package var isBetweenRequests: Bool {
    switch state {
    case .start, .emptyLineEnd: true
    case .method, .target, .version, .requestLineEnd, .fields, .failed: false
    }
  }

  /// Takes the next bytes of the connection, up to the end of a head. `chunk` is not kept.
  package mutating func consume(_ chunk: UnsafeRawBufferPointer) -> Step {
    if case .failed(let error) = state { return .failed(error) }
    let base = bytes.count
    var copied = 0
    do throws(RequestHeadError) {
      let end = min(chunk.count, sizeMax - base)
      var index = 0
      while index < chunk.count {
        index += advance(
          overRunIn: UnsafeRawBufferPointer(rebasing: chunk[index..<end]), at: base + index)
        guard index < chunk.count else { break }
        guard index < end else { throw .tooLarge }
        let event = try advance(over: chunk[index], at: base + index)
        index += 1
        guard event != .none else { continue }
        // A line's bytes are copied when it is complete, so that it can be read in one piece, and
        // what belongs to the next request is not copied at all.
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[copied..<index]))
        copied = index
        switch event {
        case .field(let range): try take(range)
        case .end: return .complete(try complete(), consumed: copied)
        case .none: break
        }
      }
    } catch {
      bytes = []
      state = .failed(error)
      return .failed(error)
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[copied...]))
    return .needMore
  }

  private mutating func advance(
    over byte: UInt8, at position: Int
  ) throws(RequestHeadError) -> FieldLineReader.Event {
    switch state {
    case .start(let count): try start(with: byte, at: position, emptyLineCount: count)
    case .emptyLineEnd(let count):
      guard byte == lineFeed else { throw .badLineEnd }
      state = .start(emptyLineCount: count + 1)
    case .method: try advanceMethod(over: byte, at: position)
    case .target: try advanceTarget(over: byte, at: position)
    case .version(let size): try advanceVersion(over: byte, behind: size)
    case .requestLineEnd:
      guard byte == lineFeed else { throw .badLineEnd }
      state = .fields
    case .fields:
      do {
        return try fieldLines.advance(over: byte, at: position)
      } catch {
        throw .badField(error)
      }
    case .failed(let error): throw error
    }
    return .none
  }

  /// Takes the bytes at the start of `bytes` that only make longer what is being read, which are
  /// nearly all of a head, and returns how many. To `advance(over:at:)` they would be the same, one
  /// by one.
  private mutating func advance(overRunIn bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
    switch state {
    case .target where !parts.target.isEmpty:
      let size = bytes.prefixSize { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "#") }
      parts.target = parts.target.lowerBound..<(position + size)
      return size
    case .fields:
      return fieldLines.advance(overRunIn: bytes, at: position)
    case .start, .emptyLineEnd, .method, .target, .version, .requestLineEnd, .failed:
      return 0
    }
  }

  private mutating func take(_ range: FieldRange) throws(RequestHeadError) {
    guard parts.fields.count < fieldCountMax else { throw .tooLarge }
    parts.fields.append(range)
    try rules.take(range.field(of: bytes), minorVersion: parts.minorVersion)
  }

  /// Hands the head out and starts over.
  private mutating func complete() throws(RequestHeadError) -> RequestHead {
    let framing = try rules.framing(minorVersion: parts.minorVersion)
    let head = RequestHead(bytes, parts, framing: framing)
    // CONNECT has no origin form, and what follows its 200 would be a tunnel and no response body.
    guard !head.method.equals("CONNECT") else { throw .badTarget }
    self = RequestHeadParser(sizeMax: sizeMax, fieldCountMax: fieldCountMax)
    return head
  }
}

// MARK: The request line

extension RequestHeadParser {
  private mutating func start(
    with byte: UInt8, at position: Int, emptyLineCount: Int
  ) throws(RequestHeadError) {
    switch byte {
    case carriageReturn:
      guard emptyLineCount < RequestHeadParser.emptyLineCountMax else { throw .badMethod }
      state = .emptyLineEnd(emptyLineCount: emptyLineCount)
    case lineFeed:
      throw .badLineEnd
    default:
      guard isTokenByte(byte) else { throw .badMethod }
      parts.method = position..<(position + 1)
      state = .method
    }
  }

  private mutating func advanceMethod(
    over byte: UInt8, at position: Int
  ) throws(RequestHeadError) {
    if byte == space {
      parts.target = (position + 1)..<(position + 1)
      state = .target
    } else {
      guard isTokenByte(byte) else { throw .badMethod }
      parts.method = parts.method.lowerBound..<(position + 1)
    }
  }

  /// Origin form only: the gateway stands in front of one upstream and is nobody's forward proxy.
  /// A `#` is refused since a fragment is never sent, and readers differ in where they cut it.
  private mutating func advanceTarget(
    over byte: UInt8, at position: Int
  ) throws(RequestHeadError) {
    let isFirst = parts.target.isEmpty
    if byte == space, !isFirst {
      state = .version(size: 0)
      return
    }
    guard isFirst ? byte == UInt8(ascii: "/") : (0x21...0x7e).contains(byte) else {
      throw .badTarget
    }
    guard byte != UInt8(ascii: "#") else { throw .badTarget }
    parts.target = parts.target.lowerBound..<(position + 1)
  }

  private mutating func advanceVersion(
    over byte: UInt8, behind size: Int
  ) throws(RequestHeadError) {
    let expected: StaticString = "HTTP/1.1"
    switch size {
    case expected.utf8CodeUnitCount:
      guard byte != lineFeed else { throw .badLineEnd }
      guard byte == carriageReturn else { throw .badVersion }
      state = .requestLineEnd
      return
    case 5:
      guard isDigit(byte) else { throw .badVersion }
      guard byte == UInt8(ascii: "1") else { throw .unsupportedVersion }
    case 7:
      guard isDigit(byte) else { throw .badVersion }
      guard byte <= UInt8(ascii: "1") else { throw .unsupportedVersion }
      parts.minorVersion = Int(byte - UInt8(ascii: "0"))
    default:
      guard byte == expected.utf8Start[size] else { throw .badVersion }
    }
    state = .version(size: size + 1)
  }
}
