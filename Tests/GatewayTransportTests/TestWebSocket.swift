/// A frame as a client sees it.
struct TestFrame: Hashable {
  let opcode: UInt8
  let payload: [UInt8]

  var text: String { String(decoding: payload, as: UTF8.self) }
  /// The code of a closing frame, nil when it has none.
  var closeCode: UInt16? {
    payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
  }
}

/// What a client needs of RFC 6455, and no more.
struct TestWebSocket {
  static let request = """
    GET /ws HTTP/1.1\r
    Host: example.test\r
    Connection: keep-alive, Upgrade\r
    Upgrade: websocket\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    \r

    """

  let socket: TestSocket

  /// Connects and reads the answer to the handshake.
  init(_ socket: TestSocket) throws {
    self.socket = socket
    try socket.send(TestWebSocket.request)
    let answer = try socket.receive(upTo: "\r\n\r\n")
    guard answer.hasPrefix("HTTP/1.1 101 "),
      answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    else { throw TestFailure("not accepted: \(answer)") }
  }

  static func frame(
    _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, mask: [UInt8] = [1, 2, 3, 4]
  ) -> [UInt8] {
    var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ..<65_536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    default:
      bytes.append(0x80 | 127)
      bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> (8 * $0)) }
    }
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  static func close(_ code: UInt16) -> [UInt8] {
    frame(8, [UInt8(code >> 8), UInt8(code & 0xff)])
  }

  func send(text: String) throws {
    try socket.send(TestWebSocket.frame(1, Array(text.utf8)))
  }

  func receive() throws -> TestFrame {
    let header = try socket.receive(2)
    var size = Int(header[1] & 0x7f)
    if size >= 126 {
      size = try socket.receive(size == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
    }
    guard header[0] & 0x80 != 0, header[1] & 0x80 == 0 else {
      throw TestFailure("a fragment or a masked frame")
    }
    return TestFrame(opcode: header[0] & 0x0f, payload: try socket.receive(size))
  }
}
