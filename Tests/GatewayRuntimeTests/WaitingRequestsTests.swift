import Testing

@testable import GatewayRuntime

struct WaitingRequestsTests {
  private var requests = WaitingRequests<String>(countMax: 3)

  @Test mutating func `the first is asked for, and so is the first after all were taken`() {
    for _ in 0..<2 {
      #expect(requests.insert("a")?.isFirst == true)
      #expect(requests.insert("b")?.isFirst == false)
      #expect(requests.take() == ["a", "b"])
      #expect(requests.take() == [])
    }
  }

  @Test mutating func `beyond its bound none is kept, until one has gone`() throws {
    let places = ["a", "b", "c"].compactMap { requests.insert($0) }
    #expect(requests.insert("d") == nil)
    try #require(places.count == 3)
    requests.remove(places[1].number)
    requests.remove(places[1].number)
    #expect(requests.insert("e")?.isFirst == false)
    #expect(requests.insert("f") == nil)
    #expect(requests.take() == ["a", "c", "e"])
    requests.remove(places[0].number)
    #expect(requests.count == 0)
  }

  @Test mutating func `all are taken in the order in which they came`() {
    var many = WaitingRequests<Int>()
    for number in 0..<WaitingRequests<Int>.countMax { #expect(many.insert(number) != nil) }
    #expect(many.insert(0) == nil)
    #expect(many.take() == Array(0..<WaitingRequests<Int>.countMax))
  }
}
