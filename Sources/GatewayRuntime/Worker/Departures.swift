import GatewayLogic
import GatewayLoop

/// The schedule that all workers draw the departures of their clients from. Thread: any.
final class Departures: Sendable {
  private let schedule: Guarded<DepartureSchedule>

  init(clientCount: Int, grace: Duration) {
    schedule = Guarded(DepartureSchedule(clientCount: clientCount, grace: grace))
  }

  func next() -> DepartureSchedule.Departure {
    schedule.withLock { $0.next() }
  }
}
