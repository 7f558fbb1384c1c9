import GatewayTransport
import GatewayTypes
import GatewayWire
import Testing

@Suite struct WebSocketTests {
  @Test(arguments: Way.allCases)
  func `a client that upgrades is heard, answered and closed`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    #expect(id.worker == 7)
    try client.send(text: "hello")
    #expect(try fixture.events.next() == .text(id, Array("hello".utf8)))
    fixture.perform { front in
      front.send(EncodedFrame(text: Array("first".utf8)), to: id)
      front.send(EncodedFrame(text: Array("second".utf8)), to: id)
      front.close(id, .goingAway, reason: "bye")
      front.send(EncodedFrame(text: Array("late".utf8)), to: id)
    }
    #expect(try client.receive().text == "first")
    #expect(try client.receive().text == "second")
    let last = try client.receive()
    #expect(last.closeCode == 1001)
    #expect(last.payload.dropFirst(2).elementsEqual("bye".utf8))
    try client.socket.send(TestWebSocket.close(1001))
    #expect(try fixture.events.nextClosed() == .byGateway(.goingAway))
    #expect(try client.socket.receiveRest() == [])
  }

  @Test(arguments: Way.allCases)
  func `messages of all sizes go both ways as they are`(_ way: Way) throws {
    // While a sanitizer compares a megabyte, this client answers no ping.
    let fixture = try way.front(TransportSettings(pingInterval: .zero))
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    let sizes = [
      0, 1, 125, 126, 127, 2047, 2048, 2049, 16_383, 16_384, 16_385, 65_535, 65_536, 300_000,
      1 << 20,
    ]
    for size in sizes {
      let message = (0..<size).map { UInt8(truncatingIfNeeded: 0x61 + $0 % 25) }
      try client.socket.send(TestWebSocket.frame(1, message))
      #expect(try fixture.events.next() == .text(id, message))
      fixture.perform { $0.send(EncodedFrame(text: message), to: id) }
      #expect(try client.receive() == TestFrame(opcode: 1, payload: message))
    }
  }

  @Test(arguments: Way.allCases)
  func `what comes right behind the request is read as frames`(_ way: Way) throws {
    let fixture = try way.front()
    let socket = try way.connect(to: fixture)
    let long = [UInt8](repeating: 0x78, count: 30_000)
    try socket.send(
      Array(TestWebSocket.request.utf8) + TestWebSocket.frame(1, Array("early".utf8))
        + TestWebSocket.frame(1, long))
    let id = try fixture.events.nextOpened()
    #expect(try fixture.events.next() == .text(id, Array("early".utf8)))
    #expect(try fixture.events.next() == .text(id, long))
  }

  @Test(arguments: Way.allCases)
  func `an upgrade behind another request waits for its answer`(_ way: Way) throws {
    let fixture = try way.front()
    let socket = try way.connect(to: fixture)
    try socket.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n" + TestWebSocket.request)
    #expect(try TestResponse(from: socket).body == "GET /a ")
    #expect(try socket.receive(upTo: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
    _ = try fixture.events.nextOpened()
  }

  @Test(arguments: Way.allCases)
  func `a message in fragments, with a ping between them, is one message`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    try client.socket.send(
      TestWebSocket.frame(1, Array("a€".utf8.dropLast()), isFinal: false)
        + TestWebSocket.frame(9, Array("mark".utf8))
        + TestWebSocket.frame(0, [0xac], isFinal: false)
        + TestWebSocket.frame(0, []))
    #expect(try client.receive() == TestFrame(opcode: 10, payload: Array("mark".utf8)))
    #expect(try fixture.events.next() == .text(id, Array("a€".utf8)))
  }

  /// libwebsockets' own check of UTF-8 would take the pongs' payloads for text.
  @Test(arguments: Way.allCases)
  func `a pong may carry any bytes, also within a character of a text`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    for payload: [UInt8] in [[0x3f], [0xff], [0xac]] {
      try client.socket.send(
        TestWebSocket.frame(1, Array("a€".utf8.dropLast()), isFinal: false)
          + TestWebSocket.frame(10, payload) + TestWebSocket.frame(0, [0xac])
          + TestWebSocket.frame(10, payload))
      #expect(try fixture.events.next() == .text(id, Array("a€".utf8)))
    }
  }

  @Test(arguments: Way.allCases)
  func `a binary message is told, without its bytes`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    try client.socket.send(TestWebSocket.frame(2, [0, 1, 2]))
    #expect(try fixture.events.next() == .binary(id))
  }

  @Test(arguments: Way.allCases)
  func `frames of one turn arrive in order, whatever their sizes`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    let sizes = [10, 70_000, 3, 16_000, 500, 17_000, 1, 1, 60_000, 6_000, 200_000, 9]
    fixture.perform { front in
      for (index, size) in sizes.enumerated() {
        front.send(EncodedFrame(text: [UInt8](repeating: UInt8(65 + index), count: size)), to: id)
      }
    }
    for (index, size) in sizes.enumerated() {
      let expected = [UInt8](repeating: UInt8(65 + index), count: size)
      #expect(try client.receive().payload == expected)
    }
  }

  @Test(arguments: Way.allCases)
  func `a room's frame goes to its open members but one`(_ way: Way) throws {
    let fixture = try way.front()
    let clients = try (0..<3).map { _ in try way.webSocket(to: fixture) }
    let ids = try clients.map { _ in try fixture.events.nextOpened() }
    #expect(Set(ids.map(\.slot)) == [0, 1, 2])
    fixture.perform { front in
      front.close(ids[2], .goingAway)
      let members: [UInt32] = [0, 1, 2, 3, 4_000_000_000]
      members.withUnsafeBufferPointer {
        front.send(EncodedFrame(text: Array("to all".utf8)), toSlots: $0, except: nil)
        front.send(EncodedFrame(text: Array("not to 0".utf8)), toSlots: $0, except: 0)
      }
      front.send(EncodedFrame(text: Array("to 0".utf8)), to: ids[0])
    }
    // Which client has which slot is not known: accepting has no order of its own.
    let texts = try clients.map { client in
      let first = try client.receive()
      guard first.opcode == 1 else { return [""] }
      return [first.text, try client.receive().text]
    }
    #expect(Set(texts) == [["to all", "to 0"], ["to all", "not to 0"], [""]])
  }

  @Test(arguments: Way.allCases)
  func `an upgrade that is not well-formed or not wanted is refused with JSON`(_ way: Way) throws {
    let fixture = try way.front()
    let cases: [(request: String, status: Int, code: String)] = [
      (
        TestWebSocket.request.replacing("Version: 13", with: "Version: 8"), 426,
        "upgrade_required"
      ),
      (TestWebSocket.request.replacing("dGhl", with: "dG!l"), 400, "bad_request"),
      (TestWebSocket.request.replacing("GET /ws", with: "GET /other"), 404, "not_found"),
    ]
    for (request, status, code) in cases {
      let socket = try way.connect(to: fixture)
      try socket.send(request)
      let answer = try TestResponse(from: socket)
      #expect(answer.status == status)
      #expect(answer.body.hasSuffix(#""code":"\#(code)"}"#))
      #expect(try socket.receiveRest() == [])
      if status == 426 { #expect(answer.field("Sec-WebSocket-Version") == "13") }
    }
  }
}
