import GatewayLogic
import GatewayTesting
import GatewayTypes

/// A worker as in GatewayRuntime, with its glue between the machines, but without bytes, a loop and
/// a thread. Its methods have the names of those that they stand for.
final class SimulatedWorker {
  struct Connection {
    let id: ConnectionID
    var session: Session
    var wakeAt: MonotonicTime?
  }

  enum Phase {
    case running
    case draining
    /// The main thread was told that there is nothing left here.
    case emptied
    /// No worker has anything left; ends when nothing is under way.
    case finishing
    case over

    /// Nothing new is let in, but for what was about to come in.
    var isStopping: Bool { self == .draining || self == .emptied }
  }

  let index: Int
  unowned let world: Simulation
  /// By slot; a slot is used again when its connection has gone.
  private(set) var connections: [Connection?] = []
  private var generation: UInt32 = 0
  var readers: Readers
  var home: Home
  private(set) var phase = Phase.running
  /// Requests that are passed on and not watched.
  var unwatchedCount = 0
  var waitingTokens = WaitingTokens()

  /// Clients' own requests whose outcome others are to hear of.
  var watched: [UInt64: Watched] = [:]
  var watchedCount: UInt64 = 0
  var isTurnTimerRunning = false

  var sessionEffects: [SessionEffect] = []
  var homeEffects: [HomeEffect] = []
  /// What the worker has said to itself.
  private var own = FIFO<WorkerMessage>()
  private var isSettling = false

  init(index: Int, in world: Simulation) {
    self.index = index
    self.world = world
    readers = Readers(worker: UInt16(index))
    home = Home(rules: world.conditions.homeRules)
  }

  // MARK: Connections

  /// The connection `id`, nil when it is not open any more.
  func connection(_ id: ConnectionID) -> Connection? {
    let slot = Int(id.slot)
    guard slot < connections.count, let connection = connections[slot], connection.id == id else {
      return nil
    }
    return connection
  }

  func id(inSlot slot: UInt32) -> ConnectionID? {
    connections[Int(slot)]?.id
  }

  /// Changes a connection in place; nil when it is not open any more.
  func update<Result>(_ id: ConnectionID, _ change: (inout Connection) -> Result) -> Result? {
    guard var connection = connection(id) else { return nil }
    // Moved out and back: with a second reference to its arrays they would be copied.
    connections[Int(id.slot)] = nil
    defer { connections[Int(id.slot)] = connection }
    return change(&connection)
  }

  /// A client has connected; nil when the worker takes nothing new. An upgrade that was let in
  /// just before is told so afterwards.
  func opened() -> ConnectionID? {
    let mayBeLate = phase.isStopping && world.random.happens(percent: 30)
    guard phase == .running || mayBeLate else { return nil }
    let slot = connections.firstIndex { $0 == nil } ?? connections.count
    if slot == connections.count { connections.append(nil) }
    generation += 1
    let id = ConnectionID(
      worker: UInt16(index), slot: UInt32(slot), generation: generation, nonce: 0)
    world.checker.opened(id)
    let session = Session(
      connection: id, rules: world.conditions.sessionRules, at: world.clock.now,
      into: &sessionEffects)
    connections[slot] = Connection(id: id, session: session)
    runSessionEffects(for: id)
    if phase != .running {
      _ = announceDeparture(of: id)
      depart(id)
    }
    settle()
    return id
  }

  func closed(_ id: ConnectionID) {
    withSession(id) { session, effects in session.lost(into: &effects) }
    guard let connection = connection(id) else { return }
    connections[Int(id.slot)] = nil
    if world.fault != .staysInRooms { leaveEverything(connection.session) }
    if world.fault != .keepsWaitingTokens { waitingTokens.remove(id) }
    settle()
    reportIfEmptied()
  }

  func received(_ text: ClientText, from id: ConnectionID) {
    let size = world.conditions.messageSize
    withSession(id) { session, effects in
      switch text {
      case .message(let message, number: _):
        session.receive(
          message, size: size, at: world.clock.now, wallNow: world.clock.wallNow, into: &effects)
      case .bad(let error):
        session.receive(error, into: &effects)
      case .tooLarge:
        session.receivedTooLarge(into: &effects)
      }
    }
    settle()
  }

  func overflowed(_ id: ConnectionID) {
    withSession(id) { session, effects in
      session.close(.tooSlow, reason: "too slow", into: &effects)
    }
    settle()
  }

  func wake(_ id: ConnectionID) {
    let now = world.clock.now
    guard let wakeAt = connection(id)?.wakeAt, wakeAt <= now else { return }
    withSession(id) { session, effects in session.deadlineReached(at: now, into: &effects) }
    settle()
  }

  func drain() {
    guard phase == .running else { return }
    phase = .draining
    for id in connections.compactMap({ $0?.id }) {
      // A worker may be busy when it is a client's turn.
      let delay = world.random.duration(upTo: world.conditions.shutdownGrace / 2)
      world.schedule(.departs(id), after: announceDeparture(of: id) + delay)
    }
    settle()
    reportIfEmptied()
  }

  /// No worker has anything left.
  func finish() {
    phase = .finishing
    settle()
  }

  private var hasClients: Bool {
    connections.contains { $0 != nil } || unwatchedCount > 0 || !watched.isEmpty
  }

  func reportIfEmptied() {
    guard phase == .draining, !hasClients else { return }
    phase = .emptied
    world.schedule(
      .emptied(worker: index), after: world.random.duration(upTo: world.conditions.mailDelayMax))
  }

  /// Ends when there is nothing left to do, and nobody who could bring something.
  func endIfFinished() {
    guard phase == .finishing, !hasClients else { return }
    guard home.busyLaneCount == 0 || world.fault == .endsTooEarly else { return }
    phase = .over
    world.note("w\(index) ends")
    world.checker.ended(worker: index) { self.home(of: $0) == index }
  }

  /// Returns when it is to be closed.
  private func announceDeparture(of id: ConnectionID) -> Duration {
    let departure = world.departures.next()
    withSession(id) { session, effects in
      session.announceDeparture(reconnectAfter: departure.reconnectAfter, into: &effects)
    }
    return departure.closeAfter
  }

  /// It is a client's turn to be closed.
  func departed(_ id: ConnectionID) {
    depart(id)
    settle()
  }

  private func depart(_ id: ConnectionID) {
    world.checker.drained(id)
    withSession(id) { session, effects in session.drain(into: &effects) }
  }

  // MARK: Messages

  /// The worker that is the home of a note or folder.
  func home(of resource: Resource) -> Int {
    // Not by the hash value, which is seeded by the process.
    let sum = resource.name.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
    return Int(sum % UInt64(world.conditions.workerCount))
  }

  /// Says something to a worker, maybe this one. Messages to one worker arrive in their order.
  func post(_ message: WorkerMessage, to worker: Int) {
    if worker == index {
      own.append(message)
    } else {
      world.post(message, from: index, to: worker)
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

  /// Mail has come from another worker.
  func take(_ message: WorkerMessage) {
    guard phase != .over else { return }
    handle(message)
    settle()
  }

  private func handle(_ message: WorkerMessage) {
    switch message {
    case .home(let message): receive(message)
    case .writeAnswered(let writer, let result): writeAnswered(writer, result)
    case .setAside(let writer, let resource, isRefused: let isRefused):
      setAside(writer, resource, isRefused: isRefused)
    case .joinAnswered(let request, let result): joinAnswered(request, result)
    case .broadcast(let broadcast): deliver(broadcast)
    case .go(let write): go(write)
    case .refuse(let write): refuse(write)
    }
  }

  /// What is left of connections, rooms, users, notes and work, in words; empty if nothing is.
  func leftovers() -> String {
    let counts = [
      ("connections", connections.count { $0 != nil }), ("rooms", readers.roomCount),
      ("users", readers.userCount), ("requests", watched.count), ("busy lanes", home.busyLaneCount),
      ("waiting tokens", waitingTokens.count), ("own messages", own.count),
      ("notes and folders", phase == .over ? 0 : home.count),
    ]
    return counts.filter { $0.1 != 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}
