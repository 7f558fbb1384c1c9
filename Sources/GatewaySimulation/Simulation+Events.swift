import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What happens, one event at a time, and what the workers have of the world around them.
extension Simulation {
  func happen(_ event: Event) {
    switch event {
    case .acts(client: let client): act(client)
    case .connects(client: let client): connect(client)
    case .renews(client: let client, let id, let credential):
      if clients[client].connection == id { authenticate(client, with: credential) }
    case .vanishes(client: let client): vanish(client)
    case .announces(client: let client, let id, let said):
      if clients[client].connection == id { say(said, client) }
    case .requests(let request, worker: let worker): workers[worker].requested(request)
    case .abandons(let request, worker: let worker): workers[worker].abandoned(request)
    case .sendsBody(let call): sendBody(call)
    case .endsAnswer(let call, isCut: let isCut): endAnswer(call, isCut: isCut)
    case .takesTurnsBack(worker: let worker): workers[worker].takeTurnsBack()
    case .arrives(let id, let text): arrive(text, from: id)
    case .hears(client: let client, let id, let message): hear(message, client, id)
    case .closes(let id): close(id)
    case .overflows(let id): worker(of: id).overflowed(id)
    case .wakes(let id): worker(of: id).wake(id)
    case .keysCome(worker: let worker, renewalsToo: let renewalsToo):
      workers[worker].keysCame(renewalsToo: renewalsToo)
    case .delivers(from: let sender, to: let receiver): deliverMail(from: sender, to: receiver)
    case .takes(let call): take(call)
    case .answers(let call, lost: let failure): answer(call, lost: failure)
    case .changesAccess:
      let user = random.element(of: conditions.users)
      upstream.changeAccess(of: user, to: random.element(of: conditions.resources))
    case .drains(worker: let worker):
      if let worker { workers[worker].drain() } else { drain() }
    case .departs(let id): worker(of: id).departed(id)
    case .stalls(worker: let worker): stall(worker)
    case .emptied(worker: let worker): emptied(worker)
    case .finishes(worker: let worker, behind: let earlier): finish(worker, behind: earlier)
    case .keepsHouse(worker: let worker):
      workers[worker].forgetIdle()
      schedule(.keepsHouse(worker: worker), after: .seconds(10))
    }
  }

  func worker(of id: ConnectionID) -> SimulatedWorker {
    workers[Int(id.worker)]
  }

  private func arrive(_ text: ClientText, from id: ConnectionID) {
    let worker = worker(of: id)
    guard worker.connection(id) != nil else { return }
    if case .message(let message, number: let number) = text {
      note("\(id.words) says \(number): \(message.request.words)")
      checker.received(number, message.request, on: id)
    }
    worker.received(text, from: id)
  }

  private func close(_ id: ConnectionID) {
    note("\(id.words) is gone")
    checker.closed(id)
    worker(of: id).closed(id)
    lines[id] = nil
    for client in clients.indices where clients[client].connection == id {
      clients[client].connection = nil
    }
  }

  // MARK: For workers

  /// Whether `planted` is this simulation's fault, and strikes, as it does in `percent` of a
  /// hundred cases.
  func isHit(by planted: PlantedFault, percent: Int) -> Bool {
    fault == planted && random.happens(percent: percent)
  }

  func nextEpoch() -> Epoch {
    Epoch(number: random.next())
  }

  func post(_ message: WorkerMessage, from sender: Int, to receiver: Int) {
    let wanted = clock.now + random.duration(upTo: conditions.mailDelayMax)
    let time = mail[sender][receiver].append(message, at: wanted)
    schedule(.delivers(from: sender, to: receiver), at: time)
  }

  private func deliverMail(from sender: Int, to receiver: Int) {
    if clock.now < stalledUntil[receiver] {
      schedule(.delivers(from: sender, to: receiver), at: stalledUntil[receiver])
      return
    }
    let isReordered = isHit(by: .reordersMail, percent: 20)
    let message =
      isReordered
      ? mail[sender][receiver].removeSecond() : mail[sender][receiver].removeFirst()
    guard let message else { return }
    workers[receiver].take(message)
    if case .home(.write) = message, clock.now == stalledUntil[receiver],
      isHit(by: .takesMailTwiceAfterStall, percent: 50)
    {
      workers[receiver].take(message)
    }
  }

  private func finish(_ worker: Int, behind earlier: [Int]) {
    let isInTurn = mail.indices.allSatisfy { mail[$0][worker].arrivedCount >= earlier[$0] }
    if isInTurn, clock.now >= stalledUntil[worker] {
      workers[worker].finish()
    } else {
      schedule(.finishes(worker: worker, behind: earlier), after: .milliseconds(1))
    }
  }

  private func stall(_ worker: Int) {
    guard let pause = conditions.stallPause, !isCalm, workers[worker].phase != .over else {
      return
    }
    stalledUntil[worker] = clock.now + random.duration(upTo: conditions.stallMax)
    note("w\(worker) does not read its mail until \(stalledUntil[worker] - start)")
    schedule(.stalls(worker: worker), after: random.duration(upTo: pause * 2))
  }

  /// An answer, or a word, for one connection.
  func send(_ message: GatewayMessage, to id: ConnectionID) {
    note("\(id.words) is told \(message.words)")
    checker.told(message, on: id)
    pass(message, to: id)
  }

  /// What somebody else has done.
  func broadcast(_ broadcast: Broadcast, to id: ConnectionID) {
    note("\(id.words) hears \(broadcast.sync.message.words)")
    checker.heard(broadcast.sync.message, on: id, broadcast.announcement)
    pass(broadcast.sync.message, to: id)
  }

  private func pass(_ message: GatewayMessage, to id: ConnectionID) {
    if random.happens(percent: conditions.overflowPercent) {
      schedule(.overflows(id), after: .zero)
    }
    guard let client = clients.firstIndex(where: { $0.connection == id }) else { return }
    let wanted = clock.now + random.duration(upTo: conditions.lineDelayMax)
    let time = lines[id, default: LineTimes()].nextToClient(wanted)
    schedule(.hears(client: client, id, message), at: time)
  }

  /// A session closes its connection.
  func hangUp(_ id: ConnectionID) {
    schedule(.closes(id), after: random.duration(upTo: conditions.lineDelayMax * 2))
  }

  // MARK: The end

  /// Nobody wants anything any more, and everybody had time enough.
  func checkAtRest() {
    checker.checkAtRest()
    for worker in workers {
      for connection in worker.connections.compactMap({ $0 }) {
        checker.checkAtRest(connection.session)
      }
      // One that is about to end, or has, is not told of all that would be forgotten.
      if worker.phase == .running {
        checker.checkMemory(of: worker) { self.worker(of: $0).connection($0) != nil }
      }
    }
  }

  /// All connections have gone, and what was kept for a while is forgotten.
  func checkAtTheEnd() {
    for worker in workers {
      if isDraining, worker.phase != .over {
        checker.fail("worker \(worker.index) never ends, with \(worker.leftovers())")
      }
      worker.forgetIdle()
      checker.expectNothing(worker.leftovers(), of: worker.index)
    }
    // What comes after a worker's end is dropped.
    for from in mail where !isDraining && from.contains(where: { !$0.isEmpty }) {
      checker.expectNothing("mail", of: 0)
    }
  }
}
