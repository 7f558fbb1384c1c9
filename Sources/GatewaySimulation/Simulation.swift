import GatewayLogic
import GatewayTesting
import GatewayTypes

/// A whole gateway in memory: workers with their machines and mailboxes, clients that behave as
/// clients do, an upstream with notes of its own, and a checker that watches them all.
///
/// All that happens follows from the seed: events are taken one at a time from an agenda of virtual
/// time, and nothing is done in the order of a set or dictionary, which differs by process.
package final class Simulation {
  let seed: UInt64
  let fault: PlantedFault?
  let conditions: Conditions
  let checker: Checker
  var random: SeededRandom
  private(set) var clock = ManualClock()
  let start: MonotonicTime
  /// What is planned, by number: a queue of whole events costs a quarter of the time.
  private var agenda = DeadlineQueue<Int>()
  private var planned: [Int: Event] = [:]
  private var plannedCount = 0

  var workers: [SimulatedWorker] = []
  /// What is on its way between two workers: from, to.
  var mail: [[Line<WorkerMessage>]]
  var clients: [SimulatedClient] = []
  var upstream: SimulatedUpstream
  var tokens = TokenRegistry()
  /// What was sent on each connection, so that it arrives in order.
  var lines: [ConnectionID: LineTimes] = [:]
  var lastMessageNumber = 0
  /// Until when each worker does not read its mail.
  var stalledUntil: [MonotonicTime]
  private var emptiedWorkers: Set<Int> = []
  /// Clients want nothing any more; they only answer.
  var isCalm = false
  var isDraining = false
  /// Replaced when the gateway is told to stop.
  var departures = DepartureSchedule(clientCount: 1, grace: .zero)

  private var trace: Trace
  private var eventCount = 0
  private var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325

  /// With `isTraced` the outcome says all that happened.
  package init(seed: UInt64, fault: PlantedFault? = nil, isTraced: Bool = false) {
    self.seed = seed
    self.fault = fault
    random = SeededRandom(seed: seed)
    let conditions = Conditions(random: &random)
    self.conditions = conditions
    checker = Checker(conditions)
    upstream = SimulatedUpstream(conditions, random: &random)
    trace = Trace(isKept: isTraced)
    start = clock.now
    let idle = Array(repeating: Line<WorkerMessage>(), count: conditions.workerCount)
    stalledUntil = Array(repeating: clock.now, count: conditions.workerCount)
    mail = Array(repeating: idle, count: conditions.workerCount)
    workers = (0..<conditions.workerCount).map { SimulatedWorker(index: $0, in: self) }
  }

  /// Runs to the end, or to the first problem.
  package func run() -> SimulationOutcome {
    populate()
    advance(until: start + conditions.activeTime)
    isCalm = true
    settle()
    checkAtRest()
    if !isDraining, checker.problem == nil { end() }
    settle()
    // What is kept in case its readers come back is not kept for ever.
    advance(until: clock.now + conditions.homeRules.idleLifetime + .seconds(20))
    checkAtTheEnd()
    return SimulationOutcome(
      seed: seed, problem: checker.problem, eventCount: eventCount,
      syncCount: checker.syncCount, acknowledgedCount: checker.acknowledgedCount,
      announcedRequestCount: checker.announcedRequestCount,
      givenBackCount: checker.givenBackCount, repetitionCount: checker.repetitions.count,
      fingerprint: fingerprint, trace: trace.lines)
  }

  /// Lets all that was asked for be answered. What is not by then is held for ever: even the
  /// longest queue at the slowest upstream takes less.
  private func settle() {
    for _ in 0..<60 {
      // Longer than a request, a grace, a deadline and the wait for a key take together.
      advance(until: clock.now + .seconds(60))
      if checker.isNobodyWaiting || checker.problem != nil { return }
    }
  }

  /// Everybody goes: told to, or of their own accord.
  private func end() {
    if random.happens(percent: 50) {
      drain()
    } else {
      for client in clients.indices { vanish(client) }
    }
  }

  func drain() {
    isDraining = true
    checker.isDraining = true
    let clientCount = workers.reduce(0) { $0 + $1.connections.count { $0 != nil } }
    departures = DepartureSchedule(clientCount: clientCount, grace: conditions.shutdownGrace)
    note("the gateway is told to stop")
    for worker in workers.indices {
      schedule(.drains(worker: worker), after: random.duration(upTo: conditions.mailDelayMax))
    }
    // Those who wait go away as well.
    for client in clients.indices where random.happens(percent: conditions.vanishPercent * 10) {
      schedule(.vanishes(client: client), after: random.duration(upTo: conditions.mailDelayMax * 3))
    }
  }

  /// The main thread tells all workers to end when none has anything left.
  func emptied(_ worker: Int) {
    // Heads that had been read in part may still become whole.
    for client in clients.indices where random.happens(percent: conditions.requestPercent) {
      makeRequest(client)
    }
    guard emptiedWorkers.insert(worker).inserted, emptiedWorkers.count == workers.count else {
      return
    }
    note("no worker has anything left")
    for receiver in workers.indices {
      let earlier = mail.map { $0[receiver].postedCount }
      schedule(
        .finishes(worker: receiver, behind: earlier),
        after: random.duration(upTo: conditions.mailDelayMax))
    }
  }

  // MARK: Time

  func schedule(_ event: Event, at time: MonotonicTime) {
    plannedCount += 1
    planned[plannedCount] = event
    agenda.insert(plannedCount, at: max(time, clock.now))
  }

  func schedule(_ event: Event, after duration: Duration) {
    schedule(event, at: clock.now + duration)
  }

  private func advance(until end: MonotonicTime) {
    while checker.problem == nil, let time = agenda.next, time <= end {
      clock.advance(by: time - clock.now)
      if let event = agenda.popFirst().flatMap({ planned.removeValue(forKey: $0) }) {
        handle(event)
      }
    }
    if clock.now < end, checker.problem == nil { clock.advance(by: end - clock.now) }
  }

  private func handle(_ event: Event) {
    eventCount += 1
    fingerprint = (fingerprint ^ clock.now.nanoseconds) &* 0x100_0000_01b3
    checker.now = clock.now
    happen(event)
    if let problem = checker.problem { note("the checker: \(problem)") }
  }

  func note(_ text: @autoclosure () -> String) {
    trace.add(text(), at: clock.now - start)
  }
}

/// How a seed went.
package struct SimulationOutcome: Sendable {
  package let seed: UInt64
  /// What the checker found first; nil if all was well.
  package let problem: String?
  package let eventCount: Int
  package let syncCount: Int
  package let acknowledgedCount: Int
  /// Clients' own requests that others heard of.
  package let announcedRequestCount: Int
  /// Those that took too long, and gave their turn back.
  package let givenBackCount: Int
  /// Writes that were said twice.
  package let repetitionCount: Int
  /// The same for the same seed, in each process.
  package let fingerprint: UInt64
  /// What happened, if that was asked for.
  package let trace: [String]
}

/// What happened, in words, if anybody wants to know.
struct Trace {
  let isKept: Bool
  private(set) var lines: [String] = []

  init(isKept: Bool) {
    self.isKept = isKept
  }

  mutating func add(_ text: @autoclosure () -> String, at time: Duration) {
    if isKept { lines.append("\(time) \(text())") }
  }
}
