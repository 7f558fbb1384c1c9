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

@Suite struct FlushPaceTests {
  private func time(_ microseconds: UInt64) -> MonotonicTime {
    MonotonicTime(nanoseconds: microseconds * 1000)
  }

  /// Microseconds: the last flush's start and end, now, and the wait.
  @Test(
    arguments: [
      (0, 900, 900, 0), (0, 2_000, 2_000, 2_000), (0, 2_000, 3_500, 500), (0, 2_000, 4_000, 0),
      (0, 2_000, 9_000, 0), (0, 50_000, 50_000, 10_000),
    ] as [(UInt64, UInt64, UInt64, Int64)])
  func `a flush that took long makes the next one wait as long, up to 10 ms`(
    _ row: (start: UInt64, end: UInt64, now: UInt64, wait: Int64)
  ) {
    var pace = FlushPace()
    pace.flushed(from: time(row.start), to: time(row.end), writeCount: 100, sparedCount: 0)
    #expect(pace.wait(at: time(row.now), sparedCount: 0) == .microseconds(row.wait))
  }

  @Test func `the first flush does not wait`() {
    var pace = FlushPace()
    #expect(pace.wait(at: time(0), sparedCount: 0) == .zero)
  }

  /// A flush of 2 ms to 100 connections that begins at `start`, after which it is asked for a wait
  /// at once. `sparing` is what came while it had waited before.
  private func flush(
    _ pace: inout FlushPace, at start: UInt64, sparing sparedCount: Int = 0
  ) -> Duration {
    pace.flushed(
      from: time(start), to: time(start + 2_000), writeCount: 100, sparedCount: sparedCount)
    return pace.wait(at: time(start + 2_000), sparedCount: 0)
  }

  @Test func `after a wait in vain there is none for a time that doubles, up to a second`() {
    var pace = FlushPace()
    var now: UInt64 = 0
    #expect(flush(&pace, at: now) == .milliseconds(2))
    for pause: UInt64 in [20, 40, 80, 160, 320, 640, 1_000, 1_000] {
      now += 10_000
      #expect(flush(&pace, at: now) == .zero)
      #expect(flush(&pace, at: now + pause * 1_000 - 2_001) == .zero)
      now += pause * 1_000
      #expect(flush(&pace, at: now) == .milliseconds(2))
    }
  }

  /// How many of 100 writes a wait spared, and whether it was worth it.
  @Test(arguments: [(0, false), (24, false), (25, true), (700, true)])
  func `a wait is worth it when it spares a quarter of the writes`(
    _ row: (sparedCount: Int, isWorthIt: Bool)
  ) {
    var pace = FlushPace()
    _ = flush(&pace, at: 0)
    let wait = flush(&pace, at: 4_000, sparing: row.sparedCount)
    #expect(wait == (row.isWorthIt ? .milliseconds(2) : .zero))
  }

  @Test func `what was spared before the wait is not what the wait spares`() {
    var pace = FlushPace()
    pace.flushed(from: time(0), to: time(2_000), writeCount: 100, sparedCount: 0)
    #expect(pace.wait(at: time(2_000), sparedCount: 700) == .milliseconds(2))
    // The turns that follow ask again, and don't begin anew.
    #expect(pace.wait(at: time(3_000), sparedCount: 710) == .milliseconds(1))
    #expect(flush(&pace, at: 4_000, sparing: 720) == .zero)
  }

  @Test func `a wait that is worth it ends the pauses`() {
    var pace = FlushPace()
    _ = flush(&pace, at: 0)
    _ = flush(&pace, at: 4_000)
    #expect(flush(&pace, at: 30_000) == .milliseconds(2))
    #expect(flush(&pace, at: 34_000, sparing: 100) == .milliseconds(2))
    #expect(flush(&pace, at: 38_000) == .zero)
    #expect(flush(&pace, at: 60_000) == .milliseconds(2))
  }
}

@Suite struct OutboundQueueTests {
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 16)

  private func frame(_ byte: UInt8, size: Int) -> EncodedFrame {
    // Two bytes are its header.
    EncodedFrame(text: [UInt8](repeating: byte, count: size - 2))
  }

  private func next(_ queue: OutboundQueue, upTo sizeMax: Int = 100) -> [UInt8] {
    queue.withNext(upTo: sizeMax, scratch: scratch) { Array($0) }
  }

  @Test func `frames that fit go together, a frame that does not goes alone`() {
    defer { scratch.deallocate() }
    let queue = OutboundQueue()
    let frames = [frame(1, size: 40), frame(2, size: 60), frame(3, size: 10), frame(4, size: 120)]
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
    let frames = [frame(1, size: 50), frame(2, size: 50)]
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
    queue.append(frame(1, size: 50))
    queue.append(frame(2, size: 50))
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
      let frame = frame(UInt8(round % 100), size: 2 + round % 40)
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
