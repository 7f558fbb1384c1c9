import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// One thread's share of the gateway: its connections, its members of every room, and the notes
/// whose home it is.
///
/// The machines of GatewayLogic decide; the worker runs their effects, in order. Whatever comes in
/// (bytes, answers, messages of other workers, time) ends in `settle`, which goes through what the
/// worker has said to itself in the meantime, so that no machine is entered while it is at work.
///
/// Thread: its own, on which it is made and which `run` occupies until the end.
final class Worker {
  /// What a worker is given of the configuration.
  struct Setup: Sendable {
    let rules: SessionRules
    let homeRules: Home.Rules
    let admission: AdmissionRules
    let trustedProxies: TrustedProxies
    var parser: ClientMessageParser
    /// Whether each connection gets a secret to sign its messages with.
    let signsMessages: Bool
    let syncs: SyncRules
    let tokens: TokenJudge
    let transport: TransportSettings
    let tls: [TLSSettings]
    let ticketKeys: TLSTicketKeys
    let upstream: UpstreamSettings
    /// Another number: another client, although its settings may look the same.
    let upstreamNumber: Int
    let routes: UpstreamRoutes
    /// Nil when plain HTTP requests are not passed on.
    let forwarding: ForwardingRules?
    /// Nil when nobody hears of what they change.
    let watched: WatchedRoutes?
    let locations: CreatedLocations
    let log: Log
  }

  let index: UInt16
  /// Replaced whole at a reload.
  var setup: Setup
  let log: Log
  let loop: Loop
  let front: Front
  var upstream: UpstreamClient
  /// Those of earlier configurations, until what they have under way is over; the oldest first.
  var retiredUpstreams: [UpstreamClient] = []
  let peers: [WorkerHandle]
  let counts: ConnectionCounts
  let report: @Sendable (WorkerReport) -> Void

  var connections = ConnectionTable()
  var readers: Readers
  var home: Home
  /// Plain HTTP requests that are being answered.
  var exchangeCount = 0
  var requestIDs = RequestIDs(
    prefix: SystemClock.randomNumber, first: SystemClock.randomNumber)
  /// Those whose outcome others are to hear of, by the number of their ticket.
  var watched: [UInt64: WatchedRequest] = [:]
  var watchedCount: UInt64 = 0
  /// Runs while there are some whose turn may have to be taken back.
  private(set) var turnTimer: Timer?
  var isTurnTimerRunning = false
  var phase = Phase.running
  /// There once the worker drains.
  var departures: Departures?
  /// Who is to be closed when, the next one first.
  var departing = FIFO<(ConnectionID, MonotonicTime)>()
  private(set) var departureTimer: Timer?
  private(set) var listenTimer: Timer?
  /// What was left when it was told to end at once.
  var remains = WorkerRemains()

  /// How far the worker is on its way to the end.
  enum Phase {
    case running
    /// Takes nothing new; its connections are being closed.
    case draining
    /// The main thread was told that there is nothing left here: other workers may end, and with
    /// them the homes of notes, so that requests are refused.
    case emptied
    /// No worker has connections any more; ends when nothing is under way.
    case finishing
    /// Its loop has ended.
    case over
  }

  // Reused, so that an event does not allocate.
  var sessionEffects: [SessionEffect] = []
  var homeEffects: [HomeEffect] = []
  var homeMessages: [HomeMessage] = []
  private var arrived: [WorkerMessage] = []
  /// What the worker has said to itself.
  private var own = FIFO<WorkerMessage>()
  private var isSettling = false

  var tokens: RememberingJudge
  var waitingTokens = WaitingTokens()
  var waitingRequests = WaitingRequests<UnverifiedWrite>()
  var metrics = WorkerMetrics()
  /// When the event came of whose effects the home is at work.
  var causedAt = MonotonicTime(nanoseconds: 0)
  /// Of writes whose success goes out at the end of the turn: when their messages came.
  var writesToMeasure: [MonotonicTime] = []
  /// Of broadcasts that go out at the end of the turn.
  var deliveriesToMeasure: [DeliveryClock] = []
  var lagMeasuredAt = SystemClock.monotonic
  var deadlines = DeadlineQueue<ConnectionID>()
  private var deadlineTimer: Timer?
  private var housekeepingTimer: Timer?
  private var lagTimer: Timer?
  private var random = SystemRandomNumberGenerator()

  /// Makes a worker on the calling thread, or says why it can't be.
  init(
    index: UInt16, setup: Setup, listeners: [WorkerListener], peers: [WorkerHandle],
    counts: ConnectionCounts,
    report: @escaping @Sendable (WorkerReport) -> Void
  ) throws(FrontError) {
    self.index = index
    self.setup = setup
    self.peers = peers
    self.counts = counts
    self.report = report
    tokens = RememberingJudge(setup.tokens)
    log = setup.log
    readers = Readers(worker: index)
    home = Home(rules: setup.homeRules)
    loop = Loop()
    front = try Front(
      loop: loop, workerIndex: index, settings: setup.transport, tls: setup.tls,
      ticketKeys: setup.ticketKeys)
    upstream = Worker.makeUpstream(on: loop, setup)
    front.handler = self
    peers[Int(index)].mailbox.open(on: loop) { [unowned self] in takeMail() }
    deadlineTimer = Timer(on: loop) { [unowned self] in deadlinesReached() }
    housekeepingTimer = Timer(on: loop) { [unowned self] in
      home.forgetIdle(at: SystemClock.monotonic)
      endRetiredUpstreams(keeping: .max)
    }
    housekeepingTimer?.start(every: .seconds(10))
    lagTimer = Timer(on: loop) { [unowned self] in measureLag() }
    lagTimer?.start(every: Worker.lagInterval)
    departureTimer = Timer(on: loop) { [unowned self] in
      closeDeparting()
      settle()
    }
    listenTimer = Timer(on: loop) { [unowned self] in closeListeners() }
    turnTimer = Timer(on: loop) { [unowned self] in takeTurnsBack(at: SystemClock.monotonic) }
    for listener in listeners {
      front.listen(
        on: listener.descriptor, tlsIndex: listener.tlsIndex, isShared: listener.isInherited)
    }
  }

  /// Runs until the worker is told to end.
  func run() {
    lagMeasuredAt = SystemClock.monotonic
    loop.run()
    phase = .over
    peers[Int(index)].mailbox.close()
    endRetiredUpstreams(keeping: 0)
    upstream.shutdown()
    front.shutdown()
  }

  // MARK: Messages

  /// The worker that is the home of a note or folder.
  func home(of resource: Resource) -> UInt16 {
    Worker.home(of: resource, amongWorkers: peers.count)
  }

  static func home(of resource: Resource, amongWorkers count: Int) -> UInt16 {
    // The hash is seeded by the process: nobody outside can aim at one worker.
    UInt16(truncatingIfNeeded: UInt(bitPattern: resource.hashValue) % UInt(count))
  }

  /// Says something to a worker, maybe this one. Messages to one worker arrive in their order.
  func post(_ message: WorkerMessage, to worker: UInt16) {
    if worker == index {
      own.append(message)
    } else if Int(worker) < peers.count {
      peers[Int(worker)].mailbox.post(message)
    }
  }

  /// Says something to the home of the note or folder that it is about.
  func post(_ message: HomeMessage) {
    post(.home(message), to: home(of: message.resource))
  }

  /// Goes through what the worker has said to itself. Every entry into the worker ends with it.
  func settle() {
    guard !isSettling else { return }
    isSettling = true
    while let message = own.removeFirst() { handle(message) }
    isSettling = false
    endIfFinished()
  }

  private func takeMail() {
    arrived = peers[Int(index)].mailbox.take(leaving: arrived)
    for message in arrived {
      handle(message)
      settle()
    }
    arrived.removeAll(keepingCapacity: true)
  }

  private func handle(_ message: WorkerMessage) {
    switch message {
    case .home(let message):
      receive(message)
    case .outcome(let message, knownAt: let time):
      receive(message, causedAt: time)
    case .go(let write):
      go(write)
    case .refuse(let write):
      refuse(write)
    case .writeAnswered(let writer, let result):
      writeAnswered(writer, result)
    case .setAside(let writer, let resource, isRefused: let isRefused):
      setAside(writer, resource, isRefused: isRefused)
    case .joinAnswered(let request, let result):
      joinAnswered(request, result)
    case .broadcast(let broadcast):
      deliver(broadcast)
    case .keys(let judge):
      keysChanged(judge)
    case .noNewKeys(upTo: let asker):
      noNewKeys(upTo: asker)
    case .logFigures:
      logFigures()
    case .asked(let question, number: let number):
      answer(question, number)
    case .setup(let setup, number: let number):
      setupChanged(setup, number: number)
    case .certificates(let certificates):
      for (index, certificate) in certificates { front.renewTLS(index, certificate) }
    case .pulse(round: let round):
      report(.pulse(worker: index, round: round))
    case .stopListening(after: let handshakeTime):
      stopListening(after: handshakeTime)
    case .drain(let departures):
      drain(departures)
    case .finish:
      phase = .finishing
    case .abandon:
      abandon()
    }
  }

  func nextEpoch() -> Epoch {
    Epoch(number: random.next())
  }

  // MARK: Time

  /// Sees to it that the session is told when `time` has come.
  func wake(_ id: ConnectionID, at time: MonotonicTime) {
    guard connections.setWake(of: id, at: time) else { return }
    deadlines.insert(id, at: time)
    if deadlines.next == time { startDeadlineTimer(at: SystemClock.monotonic) }
  }

  private func startDeadlineTimer(at now: MonotonicTime) {
    guard let next = deadlines.next else { return }
    deadlineTimer?.start(after: max(.zero, next - now))
  }

  private func deadlinesReached() {
    let now = SystemClock.monotonic
    while let id = deadlines.popDue(at: now) {
      guard let wanted = connections.takeWake(of: id) else { continue }
      if wanted > now {
        wake(id, at: wanted)
      } else {
        withSession(id) { session, effects in session.deadlineReached(at: now, into: &effects) }
      }
    }
    startDeadlineTimer(at: now)
    settle()
  }
}

@available(*, unavailable)
extension Worker: Sendable {}

/// A listening socket, as a worker is given it.
struct WorkerListener: Sendable {
  let descriptor: CInt
  /// Which of `Worker.Setup.tls` it speaks; nil for plain text.
  let tlsIndex: Int?
  /// The service manager keeps it, and gives it to the next process as well.
  let isInherited: Bool
}
