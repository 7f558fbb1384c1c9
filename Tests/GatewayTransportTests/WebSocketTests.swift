import GatewayTransport
import GatewayTypes
import GatewayWire
import Testing

@Suite struct WebSocketTests {
  @Test func `a client that upgrades is heard, answered and closed`() throws {
    let fixture = try FrontFixture()
    let client = try TestWebSocket(TestSocket(port: fixture.port))
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
}
