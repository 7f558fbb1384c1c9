import GatewayTransport
import GatewayWire
import Testing

@Suite struct HTTPAnswerTests {
  @Test(arguments: [
    ("HTTP/1.1", UInt64?.none, "Transfer-Encoding: chunked"),
    ("HTTP/1.1", 10, "Content-Length: 10"),
    ("HTTP/1.0", nil, "Connection: close"),
  ])
  func `an answer in pieces is framed as the client can read it`(
    _ row: (version: String, size: UInt64?, field: String)
  ) throws {
    let fixture = try FrontFixture { exchange, _ in
      exchange.begin(status: 200, size: row.size)
      exchange.write(Array("hello".utf8))
      exchange.write([])
      exchange.write(Array("world".utf8))
      exchange.end()
    }
    let client = try TestSocket(port: fixture.port)
    try client.send("GET /a \(row.version)\r\nHost: h\r\n\r\n")
    let answer = try TestResponse(from: client)
    #expect(answer.head.contains(row.field))
    #expect(answer.body == "helloworld")
  }

  @Test(arguments: Way.allCases)
  func `an answer that falls short of its length is cut off`(_ way: Way) throws {
    let fixture = try way.front { exchange, _ in
      exchange.begin(status: 200, size: 10)
      exchange.write(Array("hello".utf8))
      exchange.end()
    }
    let client = try way.connect(to: fixture)
    try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    _ = try client.receive(upTo: "\r\n\r\n")
    #expect(throws: TestFailure.self) { try client.receive(10) }
  }

  @Test(arguments: Way.allCases)
  func `who writes faster than the client reads is told when to go on`(_ way: Way) throws {
    let written = Counted()
    let size = 30_000_000
    let fixture = try way.front { exchange, events in
      let piece = [UInt8](repeating: 0x78, count: 50_000)
      let writeSome = { [unowned exchange] in
        while written.total < size {
          written.add(piece.count)
          guard exchange.write(piece) else {
            if written.pauseOnce() { events.note("waiting") }
            return
          }
        }
        exchange.end()
      }
      exchange.begin(status: 200, size: UInt64(size))
      exchange.writable = writeSome
      writeSome()
    }
    let client = try way.connect(to: fixture, receiveBufferSize: 8192)
    try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try fixture.events.next() == .note("waiting"))
    // What the kernel takes is all that has been written, but for one piece.
    #expect(written.total < size)
    let answer = try TestResponse(from: client)
    #expect(answer.body.utf8.count == size)
  }

  @Test(arguments: Way.allCases)
  func `a client that takes nothing of its answer is given up`(_ way: Way) throws {
    let settings = TransportSettings(idleTimeout: .milliseconds(100))
    let fixture = try way.front(settings) { exchange, events in
      exchange.aborted = { events.note("aborted") }
      exchange.respond(status: 200, body: [UInt8](repeating: 0x78, count: 30_000_000))
    }
    let client = try way.connect(to: fixture, receiveBufferSize: 8192)
    try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try fixture.events.next() == .note("aborted"))
    // The end of a cut connection may be an error, too.
    #expect(throws: TestFailure.self) { try client.receive(30_000_000) }
  }

  @Test(arguments: Way.allCases)
  func `an answer after the client has gone is nobody's`(_ way: Way) throws {
    let exchanges = Held()
    let fixture = try way.front { exchange, events in
      exchanges.hold(exchange)
      exchange.aborted = { events.note("aborted") }
      events.note("requested")
      exchange.readBody { _ in }
    }
    do {
      let client = try way.connect(to: fixture)
      try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
      #expect(try fixture.events.next() == .note("requested"))
      client.resetOnClose()
    }
    #expect(try fixture.events.next() == .note("aborted"))
    let count = try fixture.ask { front in
      exchanges.take()?.respond(status: 200)
      return front.httpConnectionCount
    }
    #expect(count == 0)
  }
}
