import CLoop
import GatewayTypes
import GatewayWire
import Testing

@testable import GatewayTransport

@Suite struct PeerAddressTests {
  private static func address(_ family: Int, _ bytes: [UInt8], port: UInt16) -> PeerAddress {
    var address = ng_peer_address()
    address.family = UInt8(family)
    address.port = port
    withUnsafeMutableBytes(of: &address.bytes) { $0.copyBytes(from: bytes) }
    return PeerAddress(address)
  }

  @Test(
    arguments: [
      (NG_FAMILY_IPV4, [192, 0, 2, 1], "192.0.2.1", "192.0.2.1:443"),
      (
        NG_FAMILY_IPV6, [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "2001:db8::1",
        "[2001:db8::1]:443"
      ),
      (NG_FAMILY_UNIX, [], "unix", "unix"),
    ] as [(Int, [UInt8], String, String)])
  func `an address is written as people write it`(
    _ row: (family: Int, bytes: [UInt8], host: String, description: String)
  ) {
    let address = PeerAddressTests.address(row.family, row.bytes, port: 443)
    #expect(address.host == row.host)
    #expect(address.description == row.description)
    #expect(address.bytes == row.bytes)
  }

  @Test func `addresses differ by every part`() {
    let addresses = [
      PeerAddressTests.address(NG_FAMILY_IPV4, [192, 0, 2, 1], port: 1),
      PeerAddressTests.address(NG_FAMILY_IPV4, [192, 0, 2, 1], port: 2),
      PeerAddressTests.address(NG_FAMILY_IPV4, [192, 0, 2, 2], port: 1),
      PeerAddressTests.address(
        NG_FAMILY_IPV6, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1], port: 1),
    ]
    #expect(Set(addresses).count == addresses.count)
  }
}

@Suite struct OutboundQueueTests {
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 16)

  private func next(_ queue: OutboundQueue, upTo sizeMax: Int = 100) -> [UInt8] {
    queue.withNext(upTo: sizeMax, scratch: scratch) { Array($0) }
  }

  @Test func `frames that fit go together, a frame that does not goes alone`() {
    defer { scratch.deallocate() }
    let queue = OutboundQueue()
    let frames = [
      EncodedFrame(filledWith: 1, size: 40), EncodedFrame(filledWith: 2, size: 60),
      EncodedFrame(filledWith: 3, size: 10), EncodedFrame(filledWith: 4, size: 120),
    ]
    for frame in frames { queue.append(frame) }
    #expect(queue.size == 230)
    #expect(next(queue) == frames[0].bytes + frames[1].bytes)
    queue.remove(100)
    #expect(next(queue) == frames[2].bytes)
    queue.remove(10)
    #expect(next(queue) == frames[3].bytes)
    queue.remove(120)
    #expect(queue.isEmpty)
    #expect(queue.size == 0)
  }

  @Test func `a frame that has begun goes on where it stopped, and the others behind it`() {
    defer { scratch.deallocate() }
    let queue = OutboundQueue()
    let frames = [EncodedFrame(filledWith: 1, size: 50), EncodedFrame(filledWith: 2, size: 50)]
    queue.append(frames[0], from: 20)
    queue.append(frames[1])
    #expect(queue.size == 80)
    #expect(next(queue) == Array(frames[0].bytes[20...]) + frames[1].bytes)
    queue.remove(35)
    #expect(next(queue) == Array(frames[1].bytes[5...]))
    #expect(queue.size == 45)
  }

  @Test(arguments: [(0, 0), (20, 30)])
  func `dropping leaves the rest of a frame that has begun`(_ row: (begun: Int, left: Int)) {
    defer { scratch.deallocate() }
    let queue = OutboundQueue()
    queue.append(EncodedFrame(filledWith: 1, size: 50))
    queue.append(EncodedFrame(filledWith: 2, size: 50))
    queue.remove(row.begun)
    queue.dropWhatHasNotBegun()
    #expect(queue.size == row.left)
    #expect(queue.isEmpty == (row.left == 0))
  }

  @Test func `a queue that is used for long keeps its order`() {
    defer { scratch.deallocate() }
    let queue = OutboundQueue()
    var sent: [UInt8] = []
    var received: [UInt8] = []
    for round in 0..<500 {
      let frame = EncodedFrame(filledWith: UInt8(round % 100), size: 2 + round % 40)
      queue.append(frame)
      sent += frame.bytes
      if round % 3 > 0 {
        let taken = next(queue).prefix(1 + round % 30)
        received += taken
        queue.remove(taken.count)
      }
    }
    while !queue.isEmpty {
      let taken = next(queue)
      received += taken
      queue.remove(taken.count)
    }
    #expect(received == sent)
    #expect(queue.size == 0)
  }
}
