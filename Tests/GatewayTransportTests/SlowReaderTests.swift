import GatewayTransport
import GatewayTypes
import GatewayWire
import Testing

/// Clients that read more slowly than the gateway writes.
@Suite struct SlowReaderTests {
  private static let frame = EncodedFrame(text: [UInt8](repeating: 0x78, count: 50_000))
  /// More than the kernel takes for a client with a small receive buffer.
  private static let frameCount = 200
  private static let roomy = TransportSettings(outboundQueueSizeMax: 100 << 20)

  private static func overrun(_ id: ConnectionID) -> @Sendable (Front) -> Int {
    { front in
      for _ in 0..<frameCount { front.send(frame, to: id) }
      return 0
    }
  }

  @Test(arguments: Way.allCases)
  func `what a client does not read yet waits, and it gets all of it in order`(
    _ way: Way
  ) throws {
    let fixture = try way.front(SlowReaderTests.roomy)
    let client = try way.webSocket(to: fixture, receiveBufferSize: 8192)
    let id = try fixture.events.nextOpened()
    _ = try fixture.ask(SlowReaderTests.overrun(id))
    fixture.perform { $0.send(EncodedFrame(text: Array("last".utf8)), to: id) }
    let (queued, all) = try fixture.ask { ($0.queuedSize(of: id), $0.queuedSize) }
    #expect(queued > 0)
    #expect(all == queued)
    for _ in 0..<SlowReaderTests.frameCount {
      #expect(try client.receive().payload == Array(SlowReaderTests.frame.bytes.suffix(50_000)))
    }
    #expect(try client.receive().text == "last")
    #expect(try fixture.ask { $0.queuedSize(of: id) } == 0)
  }

  @Test(arguments: Way.allCases)
  func `a ping is answered between two frames while others wait`(_ way: Way) throws {
    let fixture = try way.front(SlowReaderTests.roomy)
    let client = try way.webSocket(to: fixture, receiveBufferSize: 8192)
    let id = try fixture.events.nextOpened()
    _ = try fixture.ask(SlowReaderTests.overrun(id))
    #expect(try fixture.ask { $0.queuedSize(of: id) } > 0)
    try client.socket.send(
      TestWebSocket.frame(9, Array("mark".utf8)) + TestWebSocket.frame(1, Array("heard".utf8)))
    // The message behind the ping comes in while what goes out is stuck or trickles.
    var frames: [TestFrame] = []
    while !frames.contains(where: { $0.opcode == 10 }) { frames.append(try client.receive()) }
    #expect(frames.count < SlowReaderTests.frameCount)
    #expect(frames.last?.payload == Array("mark".utf8))
    #expect(frames.dropLast().allSatisfy { $0.opcode == 1 && $0.payload.count == 50_000 })
    #expect(try fixture.events.next() == .text(id, Array("heard".utf8)))
  }

  @Test(arguments: Way.allCases)
  func `a queue over its bound is told once, and closing drops it`(_ way: Way) throws {
    let fixture = try way.front(TransportSettings(outboundQueueSizeMax: 1 << 20))
    let client = try way.webSocket(to: fixture, receiveBufferSize: 8192)
    let id = try fixture.events.nextOpened()
    _ = try fixture.ask(SlowReaderTests.overrun(id))
    #expect(try fixture.events.next() == .overflowed(id))
    _ = try fixture.ask(SlowReaderTests.overrun(id))
    fixture.perform { $0.close(id, .tooSlow) }
    #expect(try fixture.ask { $0.queuedSize(of: id) } <= 50_004 + (64 << 10))
    var last = try client.receive()
    var count = 0
    while last.opcode == 1 {
      #expect(last.payload.count == 50_000)
      count += 1
      last = try client.receive()
    }
    #expect(last.closeCode == 4408)
    #expect(count < SlowReaderTests.frameCount)
    try client.socket.send(TestWebSocket.close(4408))
    #expect(try fixture.events.nextClosed() == .byGateway(.tooSlow))
  }

  @Test(arguments: Way.allCases)
  func `a client that reads nothing is dropped when it is being closed`(_ way: Way) throws {
    let settings = TransportSettings(
      outboundQueueSizeMax: 1 << 20, closeTimeout: .milliseconds(50))
    let fixture = try way.front(settings)
    let client = try way.webSocket(to: fixture, receiveBufferSize: 8192)
    let id = try fixture.events.nextOpened()
    _ = try fixture.ask(SlowReaderTests.overrun(id))
    #expect(try fixture.events.next() == .overflowed(id))
    fixture.perform { $0.close(id, .tooSlow) }
    #expect(try fixture.events.nextClosed() == .byGateway(.tooSlow))
    #expect(try fixture.ask { $0.queuedSize } == 0)
    withExtendedLifetime(client) {}
  }

  @Test(arguments: Way.allCases)
  func `a slow member of a room holds nobody up`(_ way: Way) throws {
    let fixture = try way.front(SlowReaderTests.roomy)
    let slow = try way.webSocket(to: fixture, receiveBufferSize: 8192)
    let slowID = try fixture.events.nextOpened()
    let quick = try way.webSocket(to: fixture)
    let quickID = try fixture.events.nextOpened()
    fixture.perform { front in
      [slowID.slot, quickID.slot].withUnsafeBufferPointer { members in
        for _ in 0..<SlowReaderTests.frameCount {
          front.send(SlowReaderTests.frame, toSlots: members, except: nil)
        }
      }
    }
    for _ in 0..<SlowReaderTests.frameCount {
      #expect(try quick.receive().payload.count == 50_000)
    }
    #expect(try fixture.ask { $0.queuedSize(of: slowID) } > 0)
    for _ in 0..<SlowReaderTests.frameCount {
      #expect(try slow.receive().payload.count == 50_000)
    }
  }
}
