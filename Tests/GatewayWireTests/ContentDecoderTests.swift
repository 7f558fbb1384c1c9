import Testing

@testable import GatewayWire

/// What other programs have compressed, whole, in pieces, and spoilt.
struct ContentDecoderTests {
  /// One body, coded.
  struct Coded: CustomTestStringConvertible, Sendable {
    let name: String
    let coding: ContentCoding
    let bytes: [UInt8]
    /// Whether the coding is of several streams, of which another may follow.
    let mayGoOn: Bool

    init(_ name: String, _ coding: ContentCoding, _ hexadecimal: String) {
      self.name = name
      self.coding = coding
      bytes = fromHexadecimal(hexadecimal)
      mayGoOn = coding == .gzip || coding == .zstd
    }

    var testDescription: String { name }
  }

  static let text = utf8(#"{"id":"n1","title":"naïve ☕","body":"milk milk milk milk milk"}"#)

  /// `text`, by Python's gzip and zlib, Google's brotli and Facebook's zstd.
  static let texts = [
    Coded(
      "gzip", .gzip,
      "1f8b0800000000000203ab56ca4c51b252ca3354d2512ac92cc9490571120faf2f4b557834632a5030293fa512"
        + "28969b9993ad808550aa050062e4ebe042000000"),
    Coded(
      "deflate", .deflate,
      "78daab56ca4c51b252ca3354d2512ac92cc9490571120faf2f4b557834632a5030293fa51228969b9993ad8085"
        + "50aa0500eb6616ff"),
    Coded(
      "deflate without a header", .deflate,
      "ab56ca4c51b252ca3354d2512ac92cc9490571120faf2f4b557834632a5030293fa51228969b9993ad808550aa"
        + "0500"),
    Coded(
      "br", .brotli,
      "1b4100a02c93b7c90d0fd9d3a8a40b8ad32335cbdeabb8160159b3db6465959832adcdad74fa12846d3863c2d2"
        + "60030ed8030c4cb34f4e6371050c00cfeefac024742b05"),
    Coded(
      "zstd", .zstd,
      "28b52ffd2042ad0100b4027b226964223a226e31222c227469746c6561c3af766520e29895222c22626f647922"
        + "3a226d696c6b20227d0200a0e408c10403"),
    Coded(
      "zstd without its size, with a checksum", .zstd,
      "28b52ffd0458b50100f4027b226964223a226e31222c227469746c65223a226e61c3af766520e29895222c2262"
        + "6f6479223a226d696c6b20227d01004552ca9f53dd2b"),
    Coded(
      "zstd with the largest window", .zstd,
      "28b52ffd0068b50100f4027b226964223a226e31222c227469746c65223a226e61c3af766520e29895222c2262"
        + "6f6479223a226d696c6b20227d01004552ca"),
  ]

  static let empty = [
    Coded("gzip", .gzip, "1f8b080000000000020303000000000000000000"),
    Coded("deflate", .deflate, "789c030000000001"),
    Coded("deflate without a header", .deflate, "0300"),
    Coded("br", .brotli, "3b"),
    Coded("zstd", .zstd, "28b52ffd2000010000"),
  ]

  /// A MiB of zeros and more.
  static let bombs = [
    Coded(
      "gzip", .gzip,
      String(
        repeating: "1f8b0800000000000203edc13101000000c2a0f54fed6d07a0"
          + String(repeating: "00", count: 254) + "de0022ea0ee200000400", count: 4)),
    Coded("br", .brotli, "5bffff8f7f02201e0b0472ef1f00"),
    Coded(
      "zstd", .zstd,
      String(
        repeating: "28b52ffda0000004005400001000000100fbff39c00203001000", count: 4)),
  ]

  private func decoded(
    _ pieces: [ArraySlice<UInt8>], _ coding: ContentCoding, sizeMax: Int = 1 << 20
  ) -> (body: [UInt8], step: ContentDecoder.Step, isWhole: Bool) {
    let decoder = ContentDecoder(coding)
    var body: [UInt8] = []
    for piece in pieces {
      let step = piece.withUnsafeBytes { decoder.decode($0, into: &body, sizeMax: sizeMax) }
      guard step == .goesOn else { return (body, step, decoder.isWhole) }
    }
    return (body, .goesOn, decoder.isWhole)
  }

  @Test(arguments: texts + empty)
  func `a body is decoded, wherever it is cut`(coded: Coded) {
    let expected =
      ContentDecoderTests.texts.contains { $0.bytes == coded.bytes }
      ? ContentDecoderTests.text : []
    for index in coded.bytes.indices {
      let result = decoded([coded.bytes[..<index], coded.bytes[index...]], coded.coding)
      #expect(result == (expected, .goesOn, true), "cut before byte \(index)")
    }
    let bytes = coded.bytes.indices.map { coded.bytes[$0...$0] }
    #expect(decoded(bytes, coded.coding) == (expected, .goesOn, true))
  }

  @Test(arguments: texts + empty)
  func `a body that lacks its end is not whole`(coded: Coded) {
    for count in 0..<coded.bytes.count {
      let result = decoded([coded.bytes.prefix(count)], coded.coding)
      #expect(result.step == .goesOn && !result.isWhole, "\(count) bytes")
    }
  }

  @Test(arguments: texts + empty)
  func `what follows the end of a body spoils it`(coded: Coded) {
    for garbage: [UInt8] in [[0], [0xff], utf8("{}"), utf8("garbage behind the end of it")] {
      for pieces in [[(coded.bytes + garbage)[...]], [coded.bytes[...], garbage[...]]] {
        let result = decoded(pieces, coded.coding)
        // One byte may be the beginning of another stream.
        #expect(result.step == .failed || coded.mayGoOn && !result.isWhole)
      }
    }
  }

  @Test(arguments: texts)
  func `several streams are one body where the coding says so`(coded: Coded) {
    let result = decoded([(coded.bytes + coded.bytes)[...]], coded.coding)
    if coded.mayGoOn {
      #expect(result == (ContentDecoderTests.text + ContentDecoderTests.text, .goesOn, true))
    } else {
      #expect(result.step == .failed)
    }
  }

  @Test(arguments: bombs)
  func `a bomb goes off no further than is allowed`(coded: Coded) {
    for sizeMax in [0, 1, 16_383, 16_384, 16_385, 100_000, (1 << 20) - 1] {
      let result = decoded([coded.bytes[...]], coded.coding, sizeMax: sizeMax)
      #expect(result.step == .tooLarge && result.body.count == sizeMax)
    }
    let result = decoded([coded.bytes[...]], coded.coding, sizeMax: 1 << 20)
    #expect(result.step == .goesOn && result.isWhole && result.body.count == 1 << 20)
  }

  @Test(arguments: texts)
  func `the size that is allowed is just enough`(coded: Coded) {
    let text = ContentDecoderTests.text
    for pieces in [[coded.bytes[...]], coded.bytes.indices.map { coded.bytes[$0...$0] }] {
      #expect(decoded(pieces, coded.coding, sizeMax: text.count) == (text, .goesOn, true))
      let result = decoded(pieces, coded.coding, sizeMax: text.count - 1)
      #expect(result.step == .tooLarge && result.body == text.dropLast())
    }
  }

  @Test(arguments: [ContentCoding.gzip, .deflate, .brotli, .zstd])
  func `what is not coded is found out`(coding: ContentCoding) {
    for plain in [#"{"id":"n1"}"#, "<html>", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}"] {
      let result = decoded([utf8(plain)[...]], coding)
      #expect(!(result.step == .goesOn && result.isWhole), "\(plain)")
    }
  }

  @Test func `a window that is too large is refused`() {
    // Of zstd: 16 MiB; of brotli: a "large window".
    let zstd = "28b52ffd0070b50100f4027b226964223a226e31222c227469746c65223a226e61c3af766520e29895"
    #expect(decoded([fromHexadecimal(zstd)[...]], .zstd).step == .failed)
    #expect(decoded([fromHexadecimal("111e1b0000")[...]], .brotli).step == .failed)
  }

  @Test func `spoilt bodies do no harm`() {
    let seed: UInt64 = 7
    var random = SeededNumbers(seed: seed)
    for coded in ContentDecoderTests.texts + ContentDecoderTests.bombs {
      for _ in 0..<500 {
        var bytes = coded.bytes
        let index = Int.random(in: bytes.indices, using: &random)
        bytes[index] ^= UInt8.random(in: 1...255, using: &random)
        let cut = Int.random(in: bytes.indices, using: &random)
        let result = decoded([bytes[..<cut], bytes[cut...]], coded.coding, sizeMax: 4096)
        #expect(result.body.count <= 4096, "seed \(seed)")
      }
    }
  }

  @Test(
    arguments: [
      ("", .plain), ("identity", .plain), ("GZIP", .coded(.gzip)), ("x-gzip", .coded(.gzip)),
      ("deflate", .coded(.deflate)), ("br", .coded(.brotli)), ("zstd", .coded(.zstd)),
      ("identity, gzip", .coded(.gzip)), ("gzip,br", .beyondReach), ("compress", .beyondReach),
      ("dcz", .beyondReach), ("gzip;q=1", .beyondReach), ("gz", .beyondReach),
    ] as [(String, BodyCoding)])
  func `the coding of a body is what its fields say`(value: String, coding: BodyCoding) {
    var lines = FieldLines(reserving: 64)
    lines.append("Content-Encoding", utf8(value)[...])
    #expect(BodyCoding(lines.fields) == coding)
    #expect(BodyCoding(FieldLines(reserving: 0).fields) == .plain)
  }

  @Test func `codings in two lines are two codings`() {
    var lines = FieldLines(reserving: 64)
    lines.append("Content-Encoding", utf8("gzip")[...])
    lines.append("content-encoding", utf8("gzip")[...])
    #expect(BodyCoding(lines.fields) == .beyondReach)
  }
}

/// The bytes of hexadecimal digits, two a byte.
private func fromHexadecimal(_ text: String) -> [UInt8] {
  let digits = text.utf8.compactMap(hexadecimalValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
