import GatewayWire
import Testing

/// However the bytes of requests are cut, they mean the same.
@Suite struct RequestHeadChunkingTests {
  private static let seeds: [String] = [
    "GET /a?b HTTP/1.1\r\nHost: a\r\nX-Y: z \r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: [::1]:8\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n",
    "PUT /n HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "\r\nGET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding:x\r\n\r\n",
  ]
  private static let pieces: [[UInt8]] =
    [
      "\r", "\n", "\r\n", " ", "\t", ":", "\u{0}", "Host: b\r\n", "Content-Length: 1\r\n",
      "Transfer-Encoding: chunked\r\n", "X : y\r\n", ",", "#", "1",
    ].map(utf8) + [[0x80], [0xff], [0x7f]]

  @Test func `mutated requests get the same verdict in chunks of any size`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededNumbers(seed: seed)
    var completeCount = 0
    for round in 0..<4000 {
      let bytes = mutated(using: &random)
      let whole = outcomes(of: bytes) { bytes.count }
      completeCount += whole.count
      let inBytes = outcomes(of: bytes) { 1 }
      let inChunks = outcomes(of: bytes) { Int.random(in: 1...9, using: &random) }
      #expect(inBytes == whole, "seed \(seed), round \(round): \(readable(bytes))")
      #expect(inChunks == whole, "seed \(seed), round \(round): \(readable(bytes))")
    }
    #expect(completeCount > 1000, "seed \(seed): too few mutations are requests")
  }

  /// Two requests in a row, with up to three changes.
  private func mutated(using random: inout SeededNumbers) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<2 {
      bytes += utf8(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)])
    }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, start + Int.random(in: 0...2, using: &random))
      let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
      bytes.replaceSubrange(start..<end, with: Bool.random(using: &random) ? piece : [])
    }
    return bytes
  }

  /// The heads in `bytes`, and the error that ended them, when they come in chunks of these sizes.
  private func outcomes(of bytes: [UInt8], inChunksOf size: () -> Int) -> [RequestHeadParser.Step] {
    var parser = RequestHeadParser(sizeMax: 120)
    var outcomes: [RequestHeadParser.Step] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      var chunk = rest.prefix(size())
      rest = rest.dropFirst(chunk.count)
      while !chunk.isEmpty {
        switch parser.consume(chunk) {
        case .needMore:
          chunk = []
        case .complete(let head, let consumed):
          // Where in its chunk a head ended depends on the chunks; the head does not.
          outcomes.append(.complete(head, consumed: 0))
          chunk = chunk.dropFirst(consumed)
        case .failed(let error):
          return outcomes + [.failed(error)]
        }
      }
    }
    return outcomes
  }
}
