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

  @Test func `what is put in front comes first, in its order`() {
    var queue = FIFO<Int>()
    queue.prepend([])
    #expect(queue.isEmpty)
    for item in 0..<100 { queue.append(item) }
    for _ in 0..<40 { queue.removeFirst() }
    queue.prepend([7, 8])
    #expect(queue.count == 62)
    for item in [7, 8, 40] { #expect(queue.removeFirst() == item) }
  }

  @Test func `those that are meant are taken out, and the others stay in their order`() {
    var queue = FIFO<Int>()
    for item in 0..<60 { queue.append(item) }
    for _ in 0..<50 { queue.removeFirst() }
    let even = queue.removeAll { $0 % 2 == 0 }
    let none = queue.removeAll { _ in false }
    #expect(even == [50, 52, 54, 56, 58])
    #expect(none == [])
    for item in [51, 53, 55, 57, 59, nil] { #expect(queue.removeFirst() == item) }
  }

  @Test(arguments: UInt64(1)...20)
  func `items come out as from an array`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = FIFO<Int>()
    var array: [Int] = []
    for step in 0..<1000 {
      // Long times of growing and of shrinking, so that the front is moved and the queue emptied.
      if random.happens(percent: 3) {
        queue.prepend([step, -step])
        array = [step, -step] + array
      } else if random.happens(percent: 3) {
        let taken = array.filter { $0 % 5 == 0 }
        let removed = queue.removeAll { $0 % 5 == 0 }
        #expect(removed == taken, "seed \(seed), step \(step)")
        array.removeAll { $0 % 5 == 0 }
      } else if random.happens(percent: step / 100 % 2 == 0 ? 80 : 25) {
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
