import GatewayTransport
import GatewayTypes
import GatewayWire
import Glibc
import Testing

@Suite struct WebSocketClosingTests {
  /// Source: RFC 6455 sections 5.5.1 and 7.4. libwebsockets takes 1012 to 1014 for forbidden.
  @Test(arguments: [
    (1000, 1000), (1001, 1001), (1003, 1003), (1011, 1011), (3000, 3000), (4999, 4999),
    (999, 1002), (1004, 1002), (1005, 1002), (1006, 1002), (1015, 1002), (2999, 1002),
    (5000, 1002),
  ])
  func `the client's closing frame is answered with its code, if that may be sent`(
    _ codes: (sent: UInt16, answered: UInt16)
  ) throws {
    for way in Way.allCases {
      let fixture = try way.front()
      let client = try way.webSocket(to: fixture)
      let id = try fixture.events.nextOpened()
      try client.socket.send(TestWebSocket.close(codes.sent))
      #expect(try client.receive().closeCode == codes.answered)
      #expect(try client.socket.receiveRest() == [])
      guard case .closed(id, .byClient) = try fixture.events.next() else {
        throw TestFailure("not closed by the client")
      }
    }
  }

  @Test(arguments: Way.allCases)
  func `a closing frame without a code is answered with one`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    _ = try fixture.events.nextOpened()
    try client.socket.send(TestWebSocket.frame(8, []))
    #expect(try client.receive() == TestFrame(opcode: 8, payload: []))
    #expect(try fixture.events.nextClosed() == .byClient(code: 1005))
  }

  @Test(arguments: Way.allCases)
  func `a closing frame with a body that may not be is a breach of the protocol`(
    _ way: Way
  ) throws {
    let cases: [(body: [UInt8], code: UInt16)] = [
      ([3], 1002), ([3, 0xe8, 0xff], 1007), ([3, 0xe8, 0xe2, 0x82], 1007),
    ]
    for (body, code) in cases {
      let fixture = try way.front()
      let client = try way.webSocket(to: fixture)
      _ = try fixture.events.nextOpened()
      try client.socket.send(TestWebSocket.frame(8, body))
      #expect(try client.receive().closeCode == code)
      #expect(try client.socket.receiveRest() == [])
      #expect(try fixture.events.nextClosed() == .protocolError(code: code))
    }
  }

  @Test(arguments: Way.allCases)
  func `what comes behind a closing frame is not heard`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    _ = try fixture.events.nextOpened()
    try client.socket.send(
      TestWebSocket.close(1001) + TestWebSocket.frame(1, Array("late".utf8)))
    #expect(try fixture.events.nextClosed() == .byClient(code: 1001))
  }

  @Test(arguments: Way.allCases)
  func `answers to what came before a closing frame go out before its answer`(
    _ way: Way
  ) throws {
    let fixture = try way.front()
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    // The front is busy while the frames arrive, and finds them all at once.
    let isBusy = Waiter<Void>()
    let mayGoOn = Waiter<Void>()
    fixture.perform { front in
      front.send(EncodedFrame(text: Array("answer".utf8)), to: id)
      isBusy.put(())
      do {
        try mayGoOn.take()
      } catch {
        Issue.record(error)
      }
    }
    try isBusy.take()
    try client.socket.send(TestWebSocket.close(1001))
    mayGoOn.put(())
    #expect(try client.receive().text == "answer")
    #expect(try client.receive().closeCode == 1001)
  }

  @Test(arguments: Way.allCases)
  func `a client that breaks the protocol is told`(_ way: Way) throws {
    let cases: [(name: String, bytes: [UInt8], code: UInt16)] = [
      ("not UTF-8", TestWebSocket.frame(1, [0xff]), 1007),
      ("half a character", TestWebSocket.frame(1, [0xe2, 0x82]), 1007),
      (
        "half a character, then an empty fragment",
        TestWebSocket.frame(1, [0xe2, 0x82], isFinal: false) + TestWebSocket.frame(0, []), 1007
      ),
      ("reserved bits", [0xc1, 0x80, 0, 0, 0, 0], 1002),
      ("an unknown opcode", TestWebSocket.frame(3, []), 1002),
      ("a ping in fragments", TestWebSocket.frame(9, [], isFinal: false), 1002),
      ("a continuation of nothing", TestWebSocket.frame(0, []), 1002),
    ]
    for (name, bytes, code) in cases {
      let fixture = try way.front()
      let client = try way.webSocket(to: fixture)
      let id = try fixture.events.nextOpened()
      try client.socket.send(bytes)
      #expect(try client.receive().closeCode == code, "\(name)")
      #expect(try fixture.ask { $0.isOpen(id) } == false)
      // What stands behind such a frame may not be understood, so there is no answer.
      client.socket.cut()
      let reason = try fixture.events.nextClosed()
      #expect(reason == .protocolError(code: code), "\(name)")
    }
  }

  @Test(arguments: Way.allCases)
  func `a message over the bound is told once, and nothing after it is heard`(
    _ way: Way
  ) throws {
    let messages = [
      // Announced by its header.
      [0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4] + [UInt8](repeating: 0, count: 5000),
      // By its last fragment.
      TestWebSocket.frame(1, [UInt8](repeating: 0x78, count: 1000), isFinal: false)
        + TestWebSocket.frame(0, [0x78]) + TestWebSocket.frame(1, Array("more".utf8)),
      TestWebSocket.frame(2, [UInt8](repeating: 0, count: 1001))
        + TestWebSocket.frame(1, Array("more".utf8)),
    ]
    for message in messages {
      let fixture = try way.front(TransportSettings(messageSizeMax: 1000))
      let client = try way.webSocket(to: fixture)
      let id = try fixture.events.nextOpened()
      let fitting = [UInt8](repeating: 0x61, count: 1000)
      try client.socket.send(TestWebSocket.frame(1, fitting))
      #expect(try fixture.events.next() == .text(id, fitting))
      try client.socket.send(message)
      #expect(try fixture.events.next() == .tooLarge(id))
      fixture.perform { front in
        front.send(EncodedFrame(text: Array("too large".utf8)), to: id)
        front.close(id, .tooLarge)
      }
      #expect(try client.receive().text == "too large")
      #expect(try client.receive().closeCode == 1009)
      client.socket.resetOnClose()
    }
  }

  @Test(arguments: Way.allCases)
  func `a client that does not answer the closing frame is dropped`(_ way: Way) throws {
    let fixture = try way.front(TransportSettings(closeTimeout: .milliseconds(50)))
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    fixture.perform { $0.close(id, .unauthenticated) }
    #expect(try client.receive().closeCode == 4401)
    #expect(try fixture.events.nextClosed() == .byGateway(.unauthenticated))
  }

  @Test(arguments: Way.allCases)
  func `a client that is cut off is an abnormal end`(_ way: Way) throws {
    let fixture = try way.front()
    do {
      let client = try way.webSocket(to: fixture)
      _ = try fixture.events.nextOpened()
      client.socket.resetOnClose()
    }
    #expect(try fixture.events.nextClosed() == .abnormal)
  }

  @Test(arguments: Way.allCases)
  func `a closing frame right before the end of the connection counts`(_ way: Way) throws {
    let fixture = try way.front()
    do {
      let client = try way.webSocket(to: fixture)
      _ = try fixture.events.nextOpened()
      try client.socket.send(TestWebSocket.close(1001))
      client.socket.endOutput()
    }
    #expect(try fixture.events.nextClosed() == .byClient(code: 1001))
  }

  @Test(arguments: Way.allCases)
  func `each open connection ends once when the front is shut down`(_ way: Way) throws {
    let fixture = try way.front()
    let clients = try (0..<3).map { _ in try way.webSocket(to: fixture) }
    let ids = try clients.map { _ in try fixture.events.nextOpened() }
    let request = try way.connect(to: fixture)
    try request.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
    fixture.stop()
    let ends = try ids.map { _ in try fixture.events.next() }
    #expect(Set(ends) == Set(ids.map { .closed($0, .abnormal) }))
    withExtendedLifetime(clients) {}
  }

  @Test(arguments: Way.allCases)
  func `a silent client is pinged, and dropped when it does not answer`(_ way: Way) throws {
    let fixture = try way.front(TransportSettings(pingInterval: .milliseconds(80)))
    let client = try way.webSocket(to: fixture)
    _ = try fixture.events.nextOpened()
    for _ in 0..<3 {
      let ping = try client.receive()
      #expect(ping.opcode == 9)
      try client.socket.send(TestWebSocket.frame(10, ping.payload))
    }
    #expect(try client.receive().opcode == 9)
    #expect(try fixture.events.nextClosed() == .abnormal)
  }

  @Test(arguments: Way.allCases)
  func `a client in the middle of a long message is not silent`(_ way: Way) throws {
    let fixture = try way.front(TransportSettings(pingInterval: .milliseconds(80)))
    let client = try way.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    let message = [UInt8](repeating: 0x78, count: 30)
    let frame = TestWebSocket.frame(1, message)
    try client.socket.send(Array(frame.prefix(6)))
    // It can't answer pings until the message is whole, which takes several times their interval.
    for byte in frame.dropFirst(6) {
      try client.socket.send([byte])
      usleep(16_000)
    }
    #expect(try fixture.events.next() == .text(id, message))
  }
}
