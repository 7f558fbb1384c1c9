import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// One fetch after the other, on a clock that the test moves.
struct KeySetRefreshTests {
  private var refresh: KeySetRefresh
  private var clock = ManualClock()
  private let start: MonotonicTime

  init() {
    var effects: [KeySetRefreshEffect] = []
    refresh = KeySetRefresh(into: &effects)
    start = clock.now
    #expect(effects == [.fetch])
  }

  /// What happens to the refresh.
  enum Event {
    case fetched(isNew: Bool)
    case failed
    case deadline
    case unknownKey(on: UInt16, of: KeyAsker)
    case requested

    static let new = Event.fetched(isNew: true)
    static let same = Event.fetched(isNew: false)

    static func request(on worker: UInt16 = 0) -> Event { .unknownKey(on: worker, of: .request) }
    static func stranger(on worker: UInt16 = 0) -> Event { .unknownKey(on: worker, of: .stranger) }
    static func renewal(on worker: UInt16 = 0) -> Event { .unknownKey(on: worker, of: .renewal) }
  }

  private mutating func effects(of event: Event) -> [KeySetRefreshEffect] {
    var effects: [KeySetRefreshEffect] = []
    switch event {
    case .fetched(isNew: let isNew):
      refresh.fetched(isNew: isNew, at: clock.now, into: &effects)
    case .failed:
      refresh.failed(at: clock.now, into: &effects)
    case .requested:
      refresh.requested(into: &effects)
    case .deadline:
      refresh.deadlineReached(at: clock.now, into: &effects)
    case .unknownKey(on: let worker, of: let asker):
      refresh.unknownKey(on: worker, of: asker, at: clock.now, into: &effects)
    }
    return effects
  }

  /// Moves the clock to `seconds` after the start; then `event` has to have these effects.
  private mutating func at(
    _ seconds: Int, _ event: Event, _ expected: KeySetRefreshEffect...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    clock.advance(by: start + .seconds(seconds) - clock.now)
    #expect(effects(of: event) == expected, sourceLocation: sourceLocation)
  }

  private func wake(_ seconds: Int) -> KeySetRefreshEffect {
    .wake(at: start + .seconds(seconds))
  }

  private func nothingNew(
    _ worker: UInt16 = 0, upTo asker: KeyAsker = .renewal
  ) -> KeySetRefreshEffect {
    .nothingNew(worker: worker, upTo: asker)
  }

  @Test mutating func `a set is fetched at the start and every ten minutes`() {
    #expect(!refresh.hasSet)
    at(1, .new, wake(601))
    #expect(refresh.hasSet)
    at(601, .deadline, .fetch)
    at(602, .same, wake(1202))
    at(1202, .deadline, .fetch)
  }

  @Test mutating func `an operator who asks does not wait for a pause, nor get two at once`() {
    at(0, .requested)
    at(1, .new, wake(601))
    at(2, .requested, .fetch)
    at(2, .requested)
    at(2, .stranger())
    at(3, .failed, wake(33), nothingNew())
  }

  @Test mutating func `a wake that comes early is asked for again`() {
    at(0, .new, wake(600))
    at(599, .deadline, wake(600))
  }

  @Test mutating func `a wake during a fetch does nothing`() {
    at(0, .deadline)
  }

  @Test mutating func `an unknown key starts a fetch, and new keys are the answer to it`() {
    at(0, .new, wake(600))
    at(30, .stranger(), .fetch)
    at(31, .new, wake(631))
    at(32, .failed, wake(62))
  }

  @Test mutating func `when the set is the same each worker that asked is told, once`() {
    at(0, .new, wake(600))
    at(100, .stranger(on: 3), .fetch)
    at(101, .renewal(on: 1))
    at(101, .stranger(on: 3))
    at(102, .same, wake(702), nothingNew(1), nothingNew(3))
    at(702, .deadline, .fetch)
    at(703, .same, wake(1303))
  }

  @Test mutating func `within 30 seconds of a fetch a stranger is answered at once`() {
    at(5, .new, wake(605))
    for second in 5..<35 { at(second, .stranger(on: 1), nothingNew(1, upTo: .stranger)) }
    at(35, .stranger(on: 1), .fetch)
  }

  @Test mutating func `a request starts a fetch like anybody, and waits for none that is far away`()
  {
    at(0, .request(on: 1))
    at(1, .failed, wake(2), nothingNew(1))
    at(1, .request(on: 1), nothingNew(1, upTo: .request))
    at(1, .stranger(on: 1))
    at(1, .request(on: 1), nothingNew(1, upTo: .request))
    at(2, .deadline, .fetch)
    at(2, .request(on: 2))
    at(3, .same, wake(603), nothingNew(1), nothingNew(2))
    for second in 3..<33 { at(second, .request(on: 1), nothingNew(1, upTo: .request)) }
    at(33, .request(on: 1), .fetch)
    at(34, .request(on: 2))
    at(35, .failed, wake(65), nothingNew(1), nothingNew(2))
    at(64, .request(), nothingNew(upTo: .request))
    at(65, .request(), .fetch)
    at(66, .new, wake(666))
  }

  @Test mutating func `within 30 seconds of a fetch a renewal waits for the next`() {
    at(5, .new, wake(605))
    at(6, .renewal(on: 1), wake(35))
    at(7, .renewal(on: 2))
    at(8, .stranger(on: 2), nothingNew(2, upTo: .stranger))
    at(35, .deadline, .fetch)
    at(36, .same, wake(636), nothingNew(1), nothingNew(2))
  }

  @Test mutating func `a failed fetch is repeated after 30 seconds when there is a set`() {
    at(0, .new, wake(600))
    at(600, .deadline, .fetch)
    at(610, .failed, wake(640))
    at(620, .stranger(), nothingNew(upTo: .stranger))
    at(621, .renewal())
    at(640, .deadline, .fetch)
    at(641, .failed, wake(671), nothingNew())
    at(671, .stranger(), .fetch)
    at(672, .same, wake(1272), nothingNew())
  }

  @Test mutating func `without a set it is tried again after 1 s, doubling up to 30`() {
    var now = 0
    for delay in [1, 2, 4, 8, 16, 30, 30, 30] {
      at(now, .failed, wake(now + delay))
      now += delay
      at(now, .deadline, .fetch)
    }
    at(now, .new, wake(now + 600))
  }

  @Test mutating func `without a set nobody is refused before the next try has failed`() {
    at(0, .stranger(on: 0))
    at(1, .failed, wake(2), nothingNew(0))
    at(1, .stranger(on: 0))
    at(1, .renewal(on: 1))
    at(2, .deadline, .fetch)
    at(3, .failed, wake(5), nothingNew(0), nothingNew(1))
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  mutating func `once there is a set no two fetches start within 30 seconds`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    _ = effects(of: .new)
    var lastStart = start
    var isFetching = false
    for _ in 0..<5000 {
      clock.advance(by: .milliseconds(Int.random(in: 0...4000, using: &random)))
      let worker = UInt16.random(in: 0...3, using: &random)
      let askers: [Event] = [
        .request(on: worker), .stranger(on: worker), .renewal(on: worker), .deadline,
      ]
      let events = askers + (isFetching ? [.new, .same, .failed] : [])
      guard let event = events.randomElement(using: &random) else { continue }
      switch event {
      case .fetched, .failed: isFetching = false
      case .deadline, .unknownKey, .requested: break
      }
      if effects(of: event).contains(.fetch) {
        #expect(clock.now - lastStart >= .seconds(30))
        lastStart = clock.now
        isFetching = true
      }
    }
    #expect(lastStart > start, "something was fetched")
  }
}
