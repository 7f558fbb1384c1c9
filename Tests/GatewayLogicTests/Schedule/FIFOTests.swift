import GatewayLogic
import GatewayTesting
import Testing

struct FIFOTests {
  @Test func `an empty queue gives nothing`() {
    var queue = FIFO<Int>()
    #expect(queue.isEmpty)
    #expect(queue.first == nil)
    #expect(queue.removeFirst() == nil)
    #expect(queue.count == 0)
  }

  @Test(arguments: UInt64(1)...20)
  func `items come out as from an array`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = FIFO<Int>()
    var array: [Int] = []
    for step in 0..<1000 {
      // Long times of growing and of shrinking, so that the front is moved and the queue emptied.
      if random.happens(percent: step / 100 % 2 == 0 ? 80 : 25) {
        queue.append(step)
        array.append(step)
      } else {
        let expected = array.isEmpty ? nil : array.removeFirst()
        #expect(queue.removeFirst() == expected, "seed \(seed), step \(step)")
      }
      #expect(queue.count == array.count)
      #expect(queue.first == array.first)
      #expect(queue.isEmpty == array.isEmpty)
    }
  }
}
