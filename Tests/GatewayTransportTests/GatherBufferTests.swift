import GatewayTesting
import GatewayWire
import Testing

@testable import GatewayTransport

/// Connections of which each has been sent some frames in a turn, and a buffer for them.
private struct GatherFixture: ~Copyable {
  private let slots: UnsafeMutablePointer<Slot>
  private let count: Int
  private var turn = TurnOutput()
  private var buffer = GatherBuffer(size: 100)
  /// What each connection was sent, in bytes.
  private var sent: [[[UInt8]]]

  init(count: Int) {
    self.count = count
    slots = .allocate(capacity: count)
    slots.initialize(repeating: Slot(), count: count)
    sent = Array(repeating: [], count: count)
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  mutating func send(_ frame: EncodedFrame, to connections: [Int]) {
    for index in connections {
      turn.add(frame, for: UInt32(index), slots + index)
      sent[index].append(frame.bytes)
    }
  }

  /// What goes out to a connection, a write each, when one carries at most `sizeMax` bytes.
  mutating func writes(to index: Int, upTo sizeMax: Int = 100) -> [[UInt8]] {
    var writes: [[UInt8]] = []
    var link = slots[index].firstLink
    while link >= 0 {
      let one = turn.link(at: link)
      var bytes = turn.bytes(of: one)
      var next = one.next
      if next >= 0, let filled = buffer.fill(from: link, of: turn, upTo: sizeMax) {
        (bytes, next) = filled
      }
      writes.append(Array(UnsafeBufferPointer(start: bytes.start, count: bytes.size)))
      link = next
    }
    return writes
  }

  mutating func expectAllToBeSent(upTo sizeMax: Int) {
    for index in 0..<count {
      let writes = writes(to: index, upTo: sizeMax)
      #expect(writes.joined().elementsEqual(sent[index].joined()))
      // Two that follow each other would not have fitted together.
      let sizes = writes.map(\.count)
      #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 + $1 > sizeMax })
    }
  }

  mutating func endTurn() {
    turn.removeAll()
    buffer.turnEnded()
    for index in 0..<count {
      slots[index].firstLink = -1
      sent[index] = []
    }
  }

  mutating func useForAnotherPurpose() {
    _ = buffer.lend().initializeMemory(as: UInt8.self, repeating: 0xff)
  }
}

@Suite struct GatherBufferTests {
  @Test func `frames that fit go together, and one that does not goes alone`() {
    var fixture = GatherFixture(count: 1)
    let sizes = [40, 60, 10, 120, 90, 20]
    let frames = sizes.enumerated().map {
      EncodedFrame(filledWith: UInt8($0.offset), size: $0.element)
    }
    for frame in frames { fixture.send(frame, to: [0]) }
    #expect(fixture.writes(to: 0).map(\.count) == [100, 10, 120, 90, 20])
  }

  @Test func `one that is sent other frames than the last gets its own`() {
    var fixture = GatherFixture(count: 4)
    let frames = (0..<3).map { EncodedFrame(filledWith: UInt8($0), size: 10) }
    fixture.send(frames[0], to: [0, 1, 2, 3])
    fixture.send(frames[1], to: [0, 1, 3])
    fixture.send(frames[2], to: [0, 2, 3])
    #expect(fixture.writes(to: 0) == [frames[0].bytes + frames[1].bytes + frames[2].bytes])
    #expect(fixture.writes(to: 1) == [frames[0].bytes + frames[1].bytes])
    #expect(fixture.writes(to: 2) == [frames[0].bytes + frames[2].bytes])
    #expect(fixture.writes(to: 3) == [frames[0].bytes + frames[1].bytes + frames[2].bytes])
  }

  @Test(arguments: [true, false])
  func `what is left of the last turn, or of another use, is not sent`(isAnotherUse: Bool) {
    var fixture = GatherFixture(count: 1)
    for byte: UInt8 in 1...3 {
      let (one, other) = (
        EncodedFrame(filledWith: byte, size: 10), EncodedFrame(filledWith: byte + 100, size: 10)
      )
      fixture.send(one, to: [0])
      fixture.send(other, to: [0])
      #expect(fixture.writes(to: 0) == [one.bytes + other.bytes])
      if isAnotherUse {
        fixture.useForAnotherPurpose()
        #expect(fixture.writes(to: 0) == [one.bytes + other.bytes])
      }
      fixture.endTurn()
    }
  }

  @Test(arguments: 0..<50)
  func `whatever is sent to whom, all of it goes out in order`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var fixture = GatherFixture(count: 8)
    for _ in 0..<20 {
      for number in 0..<UInt8.random(in: 1...12, using: &random) {
        let size = Int.random(in: 3...60, using: &random)
        let isForMost = Bool.random(using: &random)
        let connections = (0..<8).filter { _ in
          Int.random(in: 0..<8, using: &random) > 0 ? isForMost : !isForMost
        }
        fixture.send(EncodedFrame(filledWith: number, size: size), to: connections)
      }
      fixture.expectAllToBeSent(upTo: Int.random(in: 10...100, using: &random))
      fixture.endTurn()
    }
  }
}
