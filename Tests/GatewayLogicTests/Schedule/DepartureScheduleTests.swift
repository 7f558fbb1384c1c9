import GatewayLogic
import GatewayTypes
import Testing

/// OPERATIONS.md, "Drain": who is closed when, and comes back when.
struct DepartureScheduleTests {
  private typealias Departure = DepartureSchedule.Departure

  private func departures(_ count: Int, of clientCount: Int, grace: Duration) -> [Departure] {
    var schedule = DepartureSchedule(clientCount: clientCount, grace: grace)
    return (0..<count).map { _ in schedule.next() }
  }

  @Test(arguments: [1, 2, 7, 1000, 1_000_000])
  func `clients come back evenly spread over the grace`(count: Int) {
    let drawn = departures(min(count, 1000), of: count, grace: .seconds(20))
    let gap = Duration.seconds(20) / count
    #expect(drawn[0].reconnectAfter == gap / 2)
    let isEven = zip(drawn, drawn.dropFirst()).allSatisfy { earlier, later in
      abs((later.reconnectAfter - earlier.reconnectAfter - gap).wholeNanoseconds) <= 1
    }
    #expect(isEven)
    if drawn.count == count {
      #expect(drawn.last.map { $0.reconnectAfter < .seconds(20) } == true)
    }
  }

  @Test(arguments: [1, 2, 7, 399, 400, 1000, 100_000], [Duration.zero, .seconds(1), .seconds(20)])
  func `they are closed in that order, before they come back, in half of the grace`(
    count: Int, grace: Duration
  ) {
    let drawn = departures(count, of: count, grace: grace)
    #expect(drawn[0].closeAfter == .zero)
    let isInOrder = zip(drawn, drawn.dropFirst()).allSatisfy { earlier, later in
      earlier.closeAfter <= later.closeAfter && earlier.reconnectAfter <= later.reconnectAfter
    }
    #expect(isInOrder)
    #expect(drawn.allSatisfy { $0.closeAfter <= $0.reconnectAfter && $0.closeAfter <= grace / 2 })
  }

  @Test func `a few clients are closed soon, and a fleet takes its half of the grace`() {
    let few = departures(5, of: 5, grace: .seconds(20))
    #expect(few.last?.closeAfter == .milliseconds(200))
    let fleet = departures(1000, of: 1000, grace: .seconds(20))
    #expect(fleet.last?.closeAfter == .milliseconds(9990))
  }

  @Test func `who connected while they were counted departs with the last`() {
    let drawn = departures(5, of: 3, grace: .seconds(6))
    #expect(drawn[3] == drawn[2])
    #expect(drawn[4] == drawn[2])
    #expect(departures(1, of: 0, grace: .seconds(6)) == departures(1, of: 1, grace: .seconds(6)))
  }
}
