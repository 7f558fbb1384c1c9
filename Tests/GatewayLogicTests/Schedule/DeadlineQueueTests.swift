import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct DeadlineQueueTests {
  @Test func `nothing is due before its time`() {
    var queue = DeadlineQueue<String>()
    #expect(queue.next == nil)
    #expect(queue.popDue(at: MonotonicTime(nanoseconds: .max)) == nil)
    queue.insert("a", at: MonotonicTime(nanoseconds: 10))
    #expect(queue.popDue(at: MonotonicTime(nanoseconds: 9)) == nil)
    #expect(queue.next == MonotonicTime(nanoseconds: 10))
    #expect(queue.popDue(at: MonotonicTime(nanoseconds: 10)) == "a")
    #expect(queue.count == 0)
  }

  @Test func `the first item can be taken before it is due`() {
    var queue = DeadlineQueue<String>()
    #expect(queue.popFirst() == nil)
    queue.insert("late", at: MonotonicTime(nanoseconds: 20))
    queue.insert("soon", at: MonotonicTime(nanoseconds: 10))
    #expect(queue.popFirst() == "soon")
    #expect(queue.popFirst() == "late")
  }

  @Test(arguments: UInt64(1)...20)
  func `items come out as from a sorted array`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = DeadlineQueue<UInt64>()
    var sorted: [UInt64] = []
    for step in 0..<500 {
      if random.happens(percent: 60) {
        let time = UInt64.random(in: 0..<50, using: &random)
        queue.insert(time, at: MonotonicTime(nanoseconds: time))
        sorted.insert(time, at: sorted.firstIndex { $0 > time } ?? sorted.count)
      } else {
        let now = UInt64.random(in: 0..<60, using: &random)
        let expected = sorted.first.flatMap { $0 <= now ? $0 : nil }
        let item = queue.popDue(at: MonotonicTime(nanoseconds: now))
        #expect(item == expected, "seed \(seed), step \(step)")
        if expected != nil { sorted.removeFirst() }
      }
      #expect(queue.count == sorted.count)
      #expect(queue.next?.nanoseconds == sorted.first)
    }
  }
}
