import GatewayTypes
import GatewayWire
import Testing

/// RFC 6455 section 5.2, as far as the gateway writes frames.
@Suite struct WebSocketFrameTests {
  private static let sizes: [(size: Int, header: [UInt8])] = [
    (0, [0x81, 0]), (1, [0x81, 1]), (125, [0x81, 125]),
    (126, [0x81, 126, 0, 126]), (127, [0x81, 126, 0, 127]), (65_535, [0x81, 126, 0xff, 0xff]),
    (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    (0x0123_4567, [0x81, 127, 0, 0, 0, 0, 0x01, 0x23, 0x45, 0x67]),
  ]

  @Test(arguments: sizes)
  func `a text frame is final, unmasked and says its size in the shortest form`(
    size: Int, header: [UInt8]
  ) {
    let payload = [UInt8](repeating: UInt8(ascii: "x"), count: size)
    let frame = EncodedFrame(text: payload)
    #expect(Array(frame.bytes.prefix(header.count)) == header, "\(size) bytes")
    #expect(Array(frame.bytes.dropFirst(header.count)) == payload, "\(size) bytes")
  }

  @Test func `a close frame carries the code and the reason`() {
    #expect(EncodedFrame.close(.goingAway).bytes == [0x88, 2, 0x03, 0xe9])
    #expect(
      EncodedFrame.close(.tooSlow, reason: "too slow").bytes
        == [0x88, 10, 0x11, 0x38] + utf8("too slow"))
  }

  @Test func `a reason is cut between characters to the 123 bytes that fit`() {
    let fitting = String(repeating: "a", count: 123)
    #expect(
      EncodedFrame.close(.tooSlow, reason: fitting).bytes.dropFirst(4).elementsEqual(fitting.utf8))
    #expect(EncodedFrame.close(.tooSlow, reason: fitting + "b").bytes.count == 127)
    let cut = EncodedFrame.close(.tooSlow, reason: String(repeating: "é", count: 62)).bytes
    #expect(cut == [0x88, 124, 0x11, 0x38] + utf8(String(repeating: "é", count: 61)))
  }
}
