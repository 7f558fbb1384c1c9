import CLoop
import GatewayTransport
import GatewayTypes
import GatewayWire
import Glibc
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
}
