import Testing

@testable import GatewayRuntime

/// One reload at a time, and none that is asked for is missed.
struct ReloadTurnsTests {
  @Test func `a reload ends when every worker has taken it`() {
    var turns = ReloadTurns()
    turns.request()
    #expect(turns.takeRequest() == true)
    let number = turns.begin(for: [0, 1])
    #expect(turns.isUnderWay)
    #expect(turns.taken(by: 0, number: number) == false)
    #expect(turns.taken(by: 0, number: number) == false)
    #expect(turns.taken(by: 1, number: number) == true)
    #expect(!turns.isUnderWay)
    #expect(turns.takeRequest() == false)
  }

  @Test func `however often one is asked for meanwhile, one more follows`() {
    var turns = ReloadTurns()
    turns.request()
    _ = turns.takeRequest()
    let number = turns.begin(for: [0])
    for _ in 0..<100 {
      turns.request()
      #expect(turns.takeRequest() == false)
    }
    #expect(turns.taken(by: 0, number: number) == true)
    #expect(turns.takeRequest() == true)
    #expect(turns.takeRequest() == false)
  }

  @Test func `what is said of an earlier reload does not count`() {
    var turns = ReloadTurns()
    let first = turns.begin(for: [0])
    _ = turns.taken(by: 0, number: first)
    let second = turns.begin(for: [0])
    #expect(turns.taken(by: 0, number: first) == false)
    #expect(turns.taken(by: 0, number: second) == true)
  }
}
