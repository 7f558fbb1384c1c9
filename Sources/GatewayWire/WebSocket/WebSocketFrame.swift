package import GatewayTypes

/// One whole WebSocket frame as it goes to a client: header and payload in one piece of memory.
///
/// Made once and then shared, however many connections it is written to. Never masked, and always
/// the only frame of its message. Source: RFC 6455 section 5.2.
package struct EncodedFrame: Hashable, Sendable {
  package let bytes: [UInt8]

  /// The frame of a text message that is at hand; `text` is UTF-8.
  package init(text: [UInt8]) {
    self.init(textSize: text.count) { $0.append(contentsOf: text) }
  }

  /// The frame of a text message of `textSize` bytes, which `write` appends to what it is given.
  init(textSize: Int, _ write: (inout [UInt8]) -> Void) {
    self.init(.text, payloadSize: textSize, write)
  }

  /// The frame that begins the closing handshake.
  ///
  /// Of `reason` goes out what fits into a control frame: 123 bytes, cut between two characters.
  /// Source: RFC 6455 section 5.5.1.
  package static func close(_ code: CloseCode, reason: String = "") -> EncodedFrame {
    var fitting = reason[...]
    while fitting.utf8.count > reasonSizeMax { fitting.removeLast() }
    return EncodedFrame(.close, payloadSize: 2 + fitting.utf8.count) { bytes in
      bytes.append(UInt8(truncatingIfNeeded: code.rawValue >> 8))
      bytes.append(UInt8(truncatingIfNeeded: code.rawValue))
      bytes.append(contentsOf: fitting.utf8)
    }
  }

  private static let reasonSizeMax = 123

  private enum Opcode: UInt8 {
    case text = 0x1
    case close = 0x8
  }

  private init(_ opcode: Opcode, payloadSize: Int, _ write: (inout [UInt8]) -> Void) {
    let headerSize = payloadSize < 126 ? 2 : payloadSize < 65_536 ? 4 : 10
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headerSize + payloadSize)
    bytes.append(0x80 | opcode.rawValue)
    switch headerSize {
    case 2:
      bytes.append(UInt8(truncatingIfNeeded: payloadSize))
    case 4:
      bytes.append(126)
      EncodedFrame.append(payloadSize, byteCount: 2, to: &bytes)
    default:
      bytes.append(127)
      EncodedFrame.append(payloadSize, byteCount: 8, to: &bytes)
    }
    write(&bytes)
    precondition(bytes.count == headerSize + payloadSize, "a payload has the size that was counted")
    self.bytes = bytes
  }

  /// Appends `number` in network byte order.
  private static func append(_ number: Int, byteCount: Int, to bytes: inout [UInt8]) {
    for index in (0..<byteCount).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }
}
