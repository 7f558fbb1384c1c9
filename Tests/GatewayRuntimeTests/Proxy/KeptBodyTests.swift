import GatewayWire
import Testing

@testable import GatewayRuntime

struct KeptBodyTests {
  /// `{}` by gzip, and by brotli.
  private static let gzip: [UInt8] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0,
  ]
  private static let brotli: [UInt8] = [0x8b, 0, 0x80, 0x7b, 0x7d, 3]

  private func kept(_ coding: BodyCoding, _ pieces: [UInt8]..., sizeMax: Int = 100) -> KeptBody {
    var body = KeptBody(coding, sizeMax: sizeMax)
    for piece in pieces { piece.withUnsafeBytes { body.append($0) } }
    return body
  }

  @Test(
    arguments: [
      (.plain, [UInt8]("{}".utf8)), (.coded(.gzip), gzip), (.coded(.brotli), brotli),
    ] as [(BodyCoding, [UInt8])])
  func `a body is kept as it was before it was encoded`(coding: BodyCoding, bytes: [UInt8]) {
    for index in 1..<bytes.count {
      let body = kept(coding, Array(bytes[..<index]), Array(bytes[index...]))
      #expect(body.whole == Array("{}".utf8))
      #expect(!body.isBeyondReach)
    }
  }

  @Test(arguments: [.plain, .coded(.gzip), .coded(.brotli), .beyondReach] as [BodyCoding])
  func `no body says nothing, however it is encoded`(coding: BodyCoding) {
    let body = kept(coding)
    #expect(body.whole == [])
    #expect(!body.isBeyondReach)
  }

  @Test func `what can't be decoded is beyond reach, and its beginning is not`() {
    let unknown = kept(.beyondReach, [0])
    #expect(unknown.isBeyondReach && unknown.whole == nil && unknown.beginning == [])
    let cut = kept(.coded(.gzip), KeptBodyTests.gzip.dropLast())
    #expect(!cut.isBeyondReach && cut.whole == nil && cut.beginning == Array("{}".utf8))
    let spoilt = kept(.coded(.brotli), KeptBodyTests.brotli, [0])
    #expect(spoilt.isBeyondReach && spoilt.whole == nil && spoilt.beginning == Array("{}".utf8))
    let lie = kept(.coded(.gzip), Array("{}".utf8), KeptBodyTests.gzip)
    #expect(lie.isBeyondReach && lie.whole == nil && lie.beginning == [])
  }

  @Test func `neither what was encoded nor what it says may be larger`() {
    #expect(kept(.plain, [1], [2, 3], sizeMax: 3).whole == [1, 2, 3])
    let large = kept(.plain, [1], [2, 3, 4], [5], sizeMax: 3)
    #expect(large.isBeyondReach && large.whole == nil && large.beginning == [1, 2, 3])
    let size = KeptBodyTests.gzip.count
    #expect(kept(.coded(.gzip), KeptBodyTests.gzip, sizeMax: size).whole == Array("{}".utf8))
    #expect(kept(.coded(.gzip), KeptBodyTests.gzip, sizeMax: size - 1).isBeyondReach)
    // 256 KiB of zeros.
    let bomb: [UInt8] = [0x5b, 0xff, 0xff, 0x83, 0x7f, 2, 0x20, 0x1e, 0x0b, 4, 0x72, 0xef, 7, 0]
    let burst = kept(.coded(.brotli), bomb)
    #expect(burst.isBeyondReach && burst.whole == nil && burst.beginning.count == 100)
  }

  @Test func `a stream that says nothing for ever is beyond reach at some time`() {
    // Members of gzip without a byte in them.
    let member: [UInt8] =
      [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 3, 0] + Array(repeating: 0, count: 8)
    var body = KeptBody(.coded(.gzip), sizeMax: 100)
    for _ in 0..<5 { member.withUnsafeBytes { body.append($0) } }
    #expect(body.whole == [] && !body.isBeyondReach)
    for _ in 0..<3 {
      member.withUnsafeBytes { body.append($0) }
      #expect(body.isBeyondReach)
    }
  }
}
