import GatewayTransport
import GatewayWire
import Testing

@Suite struct HTTPTests {
  @Test(arguments: Way.allCases)
  func `a request is answered and the connection kept for the next`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.connect(to: fixture)
    for path in ["/a", "/b"] {
      try client.send("GET \(path) HTTP/1.1\r\nHost: example.test\r\n\r\n")
      let answer = try TestResponse(from: client)
      #expect(answer.status == 200)
      #expect(answer.body == "GET \(path) ")
      #expect(answer.field("Connection") == nil)
    }
  }

  /// libwebsockets' own HTTP server spins for ever on these bytes.
  @Test(arguments: Way.allCases)
  func `a request with a body behind another one in one packet is answered too`(
    _ way: Way
  ) throws {
    let fixture = try way.front()
    let client = try way.connect(to: fixture)
    try client.send(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
        + "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
    #expect(try TestResponse(from: client).body == "GET /a ")
    #expect(try TestResponse(from: client).body == "PUT /b hello")
    let other = try way.connect(to: fixture)
    try other.send("GET /c HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: other).body == "GET /c ")
  }

  @Test(arguments: Way.allCases)
  func `many requests in one packet are answered in order`(_ way: Way) throws {
    let fixture = try way.front()
    let client = try way.connect(to: fixture)
    let count = 2_000
    try client.send(
      (0..<count).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
    for number in 0..<count {
      #expect(try TestResponse(from: client).body == "GET /\(number) ")
    }
  }

  @Test func `a request is looked at when the one before it is answered`() throws {
    let exchanges = Held()
    let fixture = try FrontFixture { exchange, events in
      events.note(text(exchange.head.target))
      exchanges.hold(exchange)
    }
    let client = try TestSocket(port: fixture.port)
    try client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try fixture.events.next() == .note("/1"))
    fixture.perform { _ in
      fixture.events.note("answering")
      exchanges.take()?.respond(status: 204)
    }
    #expect(try fixture.events.next() == .note("answering"))
    #expect(try fixture.events.next() == .note("/2"))
    #expect(try TestResponse(from: client).status == 204)
  }

  @Test(arguments: [
    ("HTTP/1.1\r\n", "keeps", nil), ("HTTP/1.1\r\nConnection: close\r\n", "closes", "close"),
    ("HTTP/1.0\r\n", "closes", "close"),
    ("HTTP/1.0\r\nConnection: keep-alive\r\n", "keeps", "keep-alive"),
  ])
  func `the client decides whether the connection is kept`(
    _ request: (version: String, outcome: String, said: String?)
  ) throws {
    let fixture = try FrontFixture()
    let client = try TestSocket(port: fixture.port)
    try client.send("GET /a \(request.version)Host: h\r\n\r\n")
    let answer = try TestResponse(from: client)
    #expect(answer.field("Connection") == request.said)
    if request.outcome == "closes" {
      #expect(try client.receiveRest() == [])
    } else {
      try client.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
      #expect(try TestResponse(from: client).body == "GET /b ")
    }
  }

  @Test func `the answer to HEAD has the length of the body and not the body`() throws {
    let fixture = try FrontFixture()
    let client = try TestSocket(port: fixture.port)
    try client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
    let answer = try TestResponse(from: client, hasBody: false)
    #expect(answer.field("Content-Length") == "8")
    #expect(try TestResponse(from: client).body == "GET /b ")
  }

  @Test(arguments: Way.allCases)
  func `a malformed request is answered, and what follows it is not read`(_ way: Way) throws {
    let fixture = try way.front()
    let cases: [(request: String, status: Int)] = [
      ("GET /a HTTP/1.1\n", 400),
      (
        "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400
      ),
      ("GET /a HTTP/1.1\r\n\r\n", 400),
      ("GET /a HTTP/2.0\r\n", 505),
      ("GET /a HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 40_000), 431),
    ]
    for (request, status) in cases {
      let client = try way.connect(to: fixture)
      try client.send(request + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
      let answer = try TestResponse(from: client)
      #expect(answer.status == status)
      #expect(answer.field("Content-Type") == "application/json")
      #expect(answer.field("Connection") == "close")
      #expect(try client.receiveRest() == [])
    }
  }

  @Test func `a client that ends its side gets the answer`() throws {
    let fixture = try FrontFixture()
    let client = try TestSocket(port: fixture.port)
    try client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
    client.endOutput()
    #expect(try TestResponse(from: client).body == "PUT /a hi")
    #expect(try client.receiveRest() == [])
  }

  @Test(arguments: Way.allCases)
  func `a client that goes away aborts its exchange`(_ way: Way) throws {
    let fixture = try way.front { exchange, events in
      exchange.aborted = { events.note("aborted") }
      exchange.readBody { _ in events.note("body") }
    }
    do {
      let client = try way.connect(to: fixture)
      try client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh")
      #expect(try fixture.events.next() == .note("body"))
      client.resetOnClose()
    }
    #expect(try fixture.events.next() == .note("aborted"))
  }

  @Test func `who stops listening answers what has begun and closes the rest`() throws {
    let exchanges = Held()
    let settings = TransportSettings(lastRequestTimeout: .seconds(20))
    let fixture = try FrontFixture(settings: settings) { exchange, events in
      events.note("requested")
      exchanges.hold(exchange)
    }
    let idle = try TestSocket(port: fixture.port)
    try idle.send("GET /0 HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try fixture.events.next() == .note("requested"))
    fixture.perform { _ in exchanges.take()?.respond(status: 200, body: Array("kept".utf8)) }
    #expect(try TestResponse(from: idle).body == "kept")
    let beginning = try TestSocket(port: fixture.port)
    try beginning.send("GET /c HTTP/1.1\r\n")
    let busy = try TestSocket(port: fixture.port)
    try busy.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try fixture.events.next() == .note("requested"))
    // All three are there: what was sent before was read before.
    #expect(try fixture.ask { $0.httpConnectionCount } == 3)
    fixture.perform { front in
      front.stopListening()
      exchanges.take()?.respond(status: 200, body: Array("done".utf8))
    }
    let answer = try TestResponse(from: busy)
    #expect(answer.body == "done")
    #expect(answer.field("Connection") == "close")
    #expect(try busy.receiveRest() == [])
    #expect(try idle.receiveRest() == [])
    // A head that has begun is a request that has begun, in pieces too.
    for piece in ["Ho", "st: h\r\n", "\r\n"] {
      try beginning.send(piece)
      _ = try fixture.ask { $0.httpConnectionCount }
    }
    #expect(try fixture.events.next() == .note("requested"))
    fixture.perform { _ in exchanges.take()?.respond(status: 204) }
    #expect(try TestResponse(from: beginning).field("Connection") == "close")
    #expect(throws: TestFailure.self) { try TestSocket(port: fixture.port) }
  }
}
