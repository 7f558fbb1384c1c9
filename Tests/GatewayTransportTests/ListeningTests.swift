import CLoop
import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayWire
import Glibc
import Synchronization
import Testing

@Suite struct ListeningTests {
  @Test func `several workers share one UNIX socket`() throws {
    let certificate = try TestCertificate()
    let path = certificate.directory + "/socket"
    let listener = ng_listen_unix(path, 100)
    let workers = try [listener, dup(listener)].map { try FrontFixture(listener: $0) }
    defer { unlink(path) }
    // Each worker may take any of them.
    for number in 0..<20 {
      let client = try TestSocket(path: path)
      try client.send("GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n")
      #expect(try TestResponse(from: client).body == "GET /\(number) ")
    }
    let webSocket = try TestWebSocket(TestSocket(path: path))
    try webSocket.socket.send(TestWebSocket.close(1000))
    #expect(try webSocket.receive().closeCode == 1000)
    withExtendedLifetime(workers) {}
  }

  @Test func `connections are told apart for as long as the process lives`() throws {
    let fixture = try FrontFixture()
    var ids: Set<ConnectionID> = []
    for _ in 0..<5 {
      let client = try Way.plain.webSocket(to: fixture)
      ids.insert(try fixture.events.nextOpened())
      try client.socket.send(TestWebSocket.close(1000))
      #expect(try fixture.events.nextClosed() == .byClient(code: 1000))
    }
    #expect(ids.count == 5)
    #expect(Set(ids.map(\.slot)) == [0])
    let isAnyOpen = try fixture.ask { [ids] front in
      // What is said to the ones that are gone reaches nobody.
      for id in ids { front.send(EncodedFrame(text: Array("late".utf8)), to: id) }
      for id in ids { front.close(id, .goingAway) }
      return ids.contains { front.isOpen($0) }
    }
    #expect(!isAnyOpen)
    let client = try Way.plain.webSocket(to: fixture)
    let id = try fixture.events.nextOpened()
    fixture.perform { $0.send(EncodedFrame(text: Array("hello".utf8)), to: id) }
    #expect(try client.receive().text == "hello")
  }
  @Test(arguments: Way.allCases)
  func `who has connected when the listeners close is answered once`(_ way: Way) throws {
    let fixture = try way.front(TransportSettings(lastRequestTimeout: .seconds(20)))
    let port = fixture.port
    // On the front's own thread, so that it has accepted none of them.
    let waiting = try fixture.ask { front in
      let clients = (0..<100).map { _ in try? TestSocket(port: port) }
      front.stopListening()
      return Clients(clients.compactMap(\.self))
    }
    #expect(waiting.sockets.count == 100)
    #expect(throws: TestFailure.self) { try TestSocket(port: port) }
    for client in waiting.sockets {
      try way.begin(on: client)
      try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
      let answer = try TestResponse(from: client)
      #expect(answer.body == "GET /a ")
      #expect(answer.field("Connection") == "close")
      #expect(try client.receiveRest() == [])
    }
  }

  @Test func `who asks nothing when the listeners close is let go`() throws {
    let settings = TransportSettings(lastRequestTimeout: .milliseconds(10))
    let fixture = try FrontFixture(settings: settings)
    let client = try TestSocket(port: fixture.port)
    let awaits = try fixture.ask { front in
      front.stopListening()
      return front.awaitsRequests
    }
    #expect(awaits)
    #expect(try client.receiveRest() == [])
    #expect(try !fixture.ask { $0.awaitsRequests })
  }

  @Test func `who begins to connect when clients are held off comes to the next listener`() throws {
    let old = try ListeningSocket.open(address: "127.0.0.1", port: 0)
    // The system tries a connection again after a second, and after two more.
    let settings = TransportSettings(lastRequestTimeout: .seconds(20))
    let fixture = try FrontFixture(settings: settings, listener: old)
    let before = try TestSocket(port: fixture.port)
    try fixture.ask { $0.holdClientsOff() }
    let client = try TestSocket(connectingTo: fixture.port)
    #expect(!client.isConnected(withinMs: 0))
    let new = try ListeningSocket.open(address: "127.0.0.1", port: fixture.port)
    let next = try FrontFixture(listener: new) { exchange, _ in
      exchange.respond(status: 200, body: Array("next".utf8))
    }
    try fixture.ask { $0.stopListening() }
    #expect(client.isConnected(withinMs: 20_000))
    try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: client).body == "next")
    try before.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try TestResponse(from: before).body == "GET /a ")
    withExtendedLifetime(next) {}
  }

  @Test func `a socket that is shared is left with all that wait in it`() throws {
    let socket = try TestSocket.listen()
    let port = TestSocket.port(of: socket)
    let fixture = try FrontFixture(listener: dup(socket), isShared: true)
    let client = try fixture.ask { front in
      let client = Clients([try? TestSocket(port: port)].compactMap(\.self))
      front.stopListening()
      return client
    }
    let next = try FrontFixture(listener: socket, isShared: true) { exchange, _ in
      exchange.respond(status: 200, body: Array("next".utf8))
    }
    for client in [try #require(client.sockets.first), try TestSocket(port: port)] {
      try client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
      #expect(try TestResponse(from: client).body == "next")
    }
    withExtendedLifetime(next) {}
  }

  @Test func `a front that ends closes no descriptor of another thread`() throws {
    let other = Opener()
    let thread = try #require(OSThread(name: "opener") { other.run() })
    for _ in 0..<50 { try FrontFixture().stop() }
    other.isOver.store(true, ordering: .relaxed)
    thread.join()
    #expect(other.lostCount.load(ordering: .relaxed) == 0)
  }
}

/// Opens descriptors and closes them again, and counts those that somebody else closed.
private final class Opener: Sendable {
  let isOver = Atomic(false)
  let lostCount = Atomic(0)

  func run() {
    while !isOver.load(ordering: .relaxed) {
      let descriptors = (0..<64).map { _ in open("/dev/null", O_RDONLY) }
      for descriptor in descriptors where close(descriptor) != 0 {
        lostCount.add(1, ordering: .relaxed)
      }
    }
  }
}

/// Made on one thread, used on another after that.
private struct Clients: @unchecked Sendable {
  let sockets: [TestSocket]

  init(_ sockets: [TestSocket]) {
    self.sockets = sockets
  }
}
