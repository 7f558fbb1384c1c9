import GatewayTransport
import GatewayWire
import Testing

@Suite struct HTTPBodyTests {
  private static let put = "PUT /a HTTP/1.1\r\nHost: h\r\n"

  @Test(arguments: Way.allCases)
  func `a body in chunks is read like any other`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.connect(to: fixture)
    let request =
      HTTPBodyTests.put + "Transfer-Encoding: chunked\r\n\r\n"
      + "5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: t\r\n\r\n"
    try client.send(request + request)
    #expect(try TestResponse(from: client).body == "PUT /a hello world")
    // Byte by byte too, the second one.
    #expect(try TestResponse(from: client).body == "PUT /a hello world")
    for byte in request.utf8 { try client.send([byte]) }
    #expect(try TestResponse(from: client).body == "PUT /a hello world")
  }

  @Test(arguments: Way.allCases)
  func `a malformed chunk is answered, and nothing follows`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.connect(to: fixture)
    try client.send(
      HTTPBodyTests.put + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n"
        + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: client).status == 400)
    #expect(try client.receiveRest() == [])
  }

  @Test func `a client that waits for 100 Continue gets it when its body is asked for`() throws {
    let exchanges = Held()
    let fixture = try FrontFixture { exchange, events in
      exchanges.hold(exchange)
      events.note("requested")
    }
    let client = try TestSocket(port: fixture.port)
    try client.send(HTTPBodyTests.put + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    #expect(try fixture.events.next() == .note("requested"))
    fixture.perform { _ in
      guard let exchange = exchanges.take() else { return }
      exchange.collectBody(upTo: 10) { exchange.respond(status: 200, body: $0) }
    }
    #expect(try client.receive(upTo: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
    try client.send("hi")
    #expect(try TestResponse(from: client).body == "hi")
  }

  @Test func `a client that waits for 100 Continue and is refused may not go on`() throws {
    let fixture = try FrontFixture { exchange, _ in
      exchange.refuse(status: 403, code: "no", message: "No")
    }
    let client = try TestSocket(port: fixture.port)
    try client.send(HTTPBodyTests.put + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    let answer = try TestResponse(from: client)
    #expect(answer.status == 403)
    #expect(answer.body == #"{"error":"No","code":"no"}"#)
    #expect(answer.field("Connection") == "close")
    #expect(try client.receiveRest() == [])
  }

  @Test(arguments: ["Content-Length: 11\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nb\r\n"])
  func `a body over the bound is refused`(_ framing: String) throws {
    let fixture = try FrontFixture { exchange, events in
      exchange.aborted = { events.note("aborted") }
      exchange.collectBody(upTo: 10) { _ in events.note("collected") }
    }
    let client = try TestSocket(port: fixture.port)
    try client.send(HTTPBodyTests.put + framing + "12345678901")
    #expect(try TestResponse(from: client).status == 413)
    #expect(try client.receiveRest() == [])
    #expect(try fixture.events.next() == .note("aborted"))
  }

  @Test(arguments: Way.allCases)
  func `a body that nobody wanted is skipped for the sake of the next request`(
    _ way: Way
  ) throws {
    let fixture = try way.front { exchange, _ in exchange.respond(status: 200) }
    let client = try way.connect(to: fixture)
    try client.send(HTTPBodyTests.put + "Content-Length: 50000\r\n\r\n")
    #expect(try TestResponse(from: client).status == 200)
    try client.send([UInt8](repeating: 0x78, count: 50_000))
    try client.send(HTTPBodyTests.put + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    #expect(try TestResponse(from: client).status == 200)
    try client.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: client).status == 200)
  }

  @Test(arguments: Way.allCases)
  func `a long body that nobody wanted ends the connection`(_ way: Way) throws {
    let fixture = try way.front { exchange, _ in exchange.respond(status: 404) }
    let announced = try way.connect(to: fixture)
    try announced.send(HTTPBodyTests.put + "Content-Length: 70000\r\n\r\n")
    #expect(try TestResponse(from: announced).field("Connection") == "close")
    #expect(try announced.receiveRest() == [])
    let unannounced = try way.connect(to: fixture)
    try unannounced.send(HTTPBodyTests.put + "Transfer-Encoding: chunked\r\n\r\n20000\r\n")
    #expect(try TestResponse(from: unannounced).status == 404)
    try unannounced.send([UInt8](repeating: 0x78, count: 0x20000))
    #expect(try unannounced.receiveRest() == [])
  }

  @Test(arguments: Way.allCases)
  func `a body that its reader pauses stays with the client`(_ way: Way) throws {
    let exchanges = Held()
    let sizes = Counted()
    let fixture = try way.front { exchange, events in
      exchanges.hold(exchange)
      exchange.readBody { event in
        switch event {
        case .bytes(let bytes):
          sizes.add(bytes.count)
          if sizes.pauseOnce() {
            exchange.pauseBody()
            events.note("paused")
          }
        case .end:
          exchange.respond(status: 200, body: Array("\(sizes.total)".utf8))
        }
      }
    }
    let client = try way.connect(to: fixture)
    let size = 20_000_000
    try client.send(HTTPBodyTests.put + "Content-Length: \(size)\r\n\r\n")
    // Sending blocks while the reader pauses, so it has a thread of its own.
    let sender = Sender(client, [UInt8](repeating: 0x78, count: size))
    #expect(try fixture.events.next() == .note("paused"))
    let beforeTurns = try fixture.ask { _ in sizes.total }
    let afterTurns = try fixture.ask { _ in sizes.total }
    #expect(afterTurns - beforeTurns <= 64 << 10)
    #expect(afterTurns < size)
    fixture.perform { _ in exchanges.first?.resumeBody() }
    sender.join()
    #expect(try TestResponse(from: client).body == "\(size)")
  }
}
