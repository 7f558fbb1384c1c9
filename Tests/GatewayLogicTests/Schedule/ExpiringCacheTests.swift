import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct ExpiringCacheTests {
  private var cache = ExpiringCache<String, Int>(countMax: 3)
  private var clock = ManualClock()

  private mutating func insert(_ value: Int, for key: String, lasting duration: Duration) {
    cache.insert(value, for: key, until: clock.wallNow + duration, at: clock.wallNow)
  }

  private func values(_ keys: String...) -> [Int?] {
    keys.map { cache.value(for: $0, at: clock.wallNow) }
  }

  @Test mutating func `a value is given out until its time is over`() {
    insert(1, for: "a", lasting: .seconds(10))
    #expect(values("a", "b") == [1, nil])
    clock.advance(by: .milliseconds(9999))
    #expect(values("a") == [1])
    clock.advance(by: .milliseconds(1))
    #expect(values("a") == [nil])
  }

  @Test mutating func `the oldest goes for a new one, and no more are kept`() {
    for (index, key) in ["a", "b", "c", "d", "e"].enumerated() {
      insert(index, for: key, lasting: .seconds(10))
    }
    #expect(values("a", "b", "c", "d", "e") == [nil, nil, 2, 3, 4])
    #expect(cache.count == 3)
  }

  @Test mutating func `a value takes the place of the one before it and its place in the order`() {
    for key in ["a", "b", "c"] { insert(0, for: key, lasting: .seconds(10)) }
    insert(1, for: "a", lasting: .seconds(20))
    #expect(cache.count == 3)
    #expect(values("a", "b", "c") == [1, 0, 0])
    insert(2, for: "d", lasting: .seconds(10))
    #expect(values("a", "b", "c", "d") == [nil, 0, 0, 2])
  }

  @Test mutating func `what has run out makes room`() {
    insert(1, for: "a", lasting: .seconds(1))
    insert(2, for: "b", lasting: .seconds(1))
    clock.advance(by: .seconds(1))
    insert(3, for: "c", lasting: .seconds(1))
    #expect(cache.count == 1)
    #expect(values("a", "b", "c") == [nil, nil, 3])
  }

  @Test mutating func `what has run out already is not kept`() {
    insert(1, for: "a", lasting: .zero)
    #expect(cache.count == 0)
  }

  @Test mutating func `it can be emptied`() {
    insert(1, for: "a", lasting: .seconds(1))
    cache.removeAll()
    #expect(values("a") == [nil])
    insert(2, for: "a", lasting: .seconds(1))
    #expect(values("a") == [2])
    #expect(cache.count == 1)
  }
}
