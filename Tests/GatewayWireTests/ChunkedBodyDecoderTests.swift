import GatewayWire
import Testing

/// RFC 9112 section 7.1: every row whole and byte by byte.
@Suite struct ChunkedBodyDecoderTests {
  private static let accepted: [(body: String, payload: String)] = [
    ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
    ("1\r\na\r\n0A\r\n0123456789\r\n000\r\n\r\n", "a0123456789"),
    ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
    ("0000000000000002\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
    ("1;a=b;c=\"d e\"\r\nx\r\n0;last\r\n\r\n", "x"),
    ("1\r\nx\r\n0\r\nA: 1\r\nContent-Lengt: 5\r\nHostX:\r\nB:\r\n\r\n", "x"),
  ]

  @Test(arguments: accepted)
  func `the payload of all chunks is found, and the body's end`(body: String, payload: String) {
    for chunkSize in [1, 2, 3, 4096] {
      let result = decode(utf8(body + "GET"), chunkSize: chunkSize)
      #expect(result.payload == utf8(payload), "\(chunkSize): \(readable(body.utf8))")
      #expect(result.end == .complete(consumed: body.utf8.count), "\(readable(body.utf8))")
    }
  }

  private static let refused: [(body: String, error: ChunkedBodyError)] = [
    ("\r\n", .badSize), ("g\r\n", .badSize), ("-1\r\n", .badSize), ("+1\r\n", .badSize),
    ("0x1\r\n", .badSize), (" 1\r\n", .badSize), ("1 \r\n", .badSize), ("1 ;a\r\n", .badSize),
    ("\t1\r\n", .badSize), (";a\r\n", .badSize), ("00000000000000001\r\n", .badSize),
    ("fffffffffffffffff\r\n", .badSize), ("1_0\r\n", .badSize), ("\n", .badSize),
    ("1\n", .badLineEnd), ("1\ra", .badLineEnd), ("1;a\n", .badLineEnd), ("1;a\rb", .badLineEnd),
    ("1\r\nab", .badLineEnd), ("1\r\na\n", .badLineEnd), ("1\r\na\ra", .badLineEnd),
    ("1\r\n\r\n0", .badLineEnd), ("0\n\r\n", .badLineEnd),
    ("1;a\u{0}\r\n", .badExtension), ("1;\u{7f}\r\n", .badExtension), ("1;é\r\n", .badExtension),
    ("0\r\n\n", .badTrailer(.badLineEnd)), ("0\r\n a: b\r\n\r\n", .badTrailer(.foldedLine)),
    ("0\r\na : b\r\n\r\n", .badTrailer(.badName)),
    ("0\r\na: \u{0}\r\n\r\n", .badTrailer(.badValue)),
    ("0\r\nGET / HTTP/1.1\r\n\r\n", .badTrailer(.badName)),
    ("0\r\nContent-Length: 5\r\n\r\n", .forbiddenTrailer),
    ("0\r\na: b\r\nTRANSFER-encoding:chunked\r\n\r\n", .forbiddenTrailer),
    ("0\r\nc: \(String(repeating: "d", count: 40))\r\nhost: h\r\n\r\n", .forbiddenTrailer),
    ("0\r\na: b\n\r\n", .badTrailer(.badLineEnd)), ("0\r\n\rX", .badTrailer(.badLineEnd)),
  ]

  @Test(arguments: refused)
  func `a body that is not chunks is refused`(body: String, error: ChunkedBodyError) {
    for chunkSize in [1, 2, 3, 4096] {
      #expect(
        decode(utf8(body), chunkSize: chunkSize).end == .failed(error),
        "\(chunkSize): \(readable(body.utf8))")
    }
    #expect(error.status == 400)
  }

  @Test func `a size may be all 64 bits`() {
    let result = decode(utf8("FFFFFFFFFFFFFFFF\r\nabc"), chunkSize: 4096)
    #expect(result.payload == utf8("abc"))
    #expect(result.end == .needMore)
  }

  @Test func `extensions are bounded over the whole body`() {
    let chunk = "1;" + String(repeating: "a", count: 1024) + "\r\nx\r\n"
    let fitting = String(repeating: chunk, count: 4)
    #expect(decode(utf8(fitting), chunkSize: 512).end == .needMore)
    #expect(decode(utf8(fitting + "1;a"), chunkSize: 512).end == .failed(.extensionsTooLarge))
  }

  @Test func `trailers are bounded`() {
    let fitting = "0\r\na: " + String(repeating: "b", count: 8192 - 7) + "\r\n\r\n"
    #expect(decode(utf8(fitting), chunkSize: 512).end == .complete(consumed: fitting.utf8.count))
    let over = "0\r\na: " + String(repeating: "b", count: 8192 - 6) + "\r\n\r\n"
    #expect(decode(utf8(over), chunkSize: 512).end == .failed(.trailersTooLarge))
    #expect(ChunkedBodyError.trailersTooLarge.status == 431)
  }

  @Test func `a decoder that refused or ended takes nothing more`() {
    var refused = ChunkedBodyDecoder()
    #expect(utf8("x").withUnsafeBytes { refused.consume($0) } == .failed(.badSize))
    #expect(utf8("0\r\n\r\n").withUnsafeBytes { refused.consume($0) } == .failed(.badSize))
    var ended = ChunkedBodyDecoder()
    #expect(utf8("0\r\n\r\n").withUnsafeBytes { ended.consume($0) } == .complete(consumed: 5))
    #expect(utf8("1\r\n").withUnsafeBytes { ended.consume($0) } == .complete(consumed: 0))
  }

  @Test func `a random body decodes to its payload however it is cut`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededNumbers(seed: seed)
    for round in 0..<300 {
      var body: [UInt8] = []
      var payload: [UInt8] = []
      for _ in 0..<Int.random(in: 0...5, using: &random) {
        let size = Int.random(in: 1...40, using: &random)
        let chunk = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        payload += chunk
        body += utf8(String(size, radix: 16)) + utf8("\r\n") + chunk + utf8("\r\n")
      }
      body += utf8("0\r\n\r\n")
      let result = decode(body, chunkSize: Int.random(in: 1...60, using: &random))
      #expect(result.payload == payload, "seed \(seed), round \(round)")
      #expect(result.end == .complete(consumed: body.count), "seed \(seed), round \(round)")
    }
  }

  /// All payload of `body`, and the last step, with `consumed` counted from the body's start.
  private func decode(
    _ body: [UInt8], chunkSize: Int
  ) -> (payload: [UInt8], end: ChunkedBodyDecoder.Step) {
    var decoder = ChunkedBodyDecoder()
    var payload: [UInt8] = []
    var position = 0
    while position < body.count {
      let chunk = body[position..<min(body.count, position + chunkSize)]
      switch chunk.withUnsafeBytes({ decoder.consume($0) }) {
      case .needMore:
        position += chunk.count
      case .payload(let range):
        payload += chunk.dropFirst(range.lowerBound).prefix(range.count)
        position += range.upperBound
      case .complete(let consumed):
        return (payload, .complete(consumed: position + consumed))
      case .failed(let error):
        return (payload, .failed(error))
      }
    }
    return (payload, .needMore)
  }
}
