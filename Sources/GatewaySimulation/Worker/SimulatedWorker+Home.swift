import GatewayLogic
import GatewayTesting
import GatewayTypes

/// The notes and folders whose home is this worker: their writes, their readers, and the upstream's
/// answers.
extension SimulatedWorker {
  func submit(_ write: Write) {
    world.checker.submitted(write)
    home.submit(write, newEpoch: world.nextEpoch(), at: world.clock.now, into: &homeEffects)
    runHomeEffects(about: write.resource)
  }

  func join(_ request: JoinRequest) {
    home.join(request, newEpoch: world.nextEpoch(), at: world.clock.now, into: &homeEffects)
    runHomeEffects(about: .note(request.note))
  }

  func expired(_ resource: Resource, of connection: ConnectionID, tokenNumber: Int) {
    home.expired(
      resource, of: connection, tokenNumber: tokenNumber, at: world.clock.now,
      into: &homeEffects)
    runHomeEffects(about: resource)
    world.checker.expired(resource, of: connection, tokenNumber: tokenNumber)
  }

  func renewed(
    _ resource: Resource, by connection: ConnectionID, _ token: BearerToken, tokenNumber: Int
  ) {
    let late = world.checker.writesAside(at: resource, by: connection)
    world.checker.renewed(resource, by: connection, tokenNumber: tokenNumber)
    if world.fault == .bringsWritesBackLast {
      home.withdrawn(resource, by: connection, at: world.clock.now, into: &homeEffects)
      for write in late {
        let writer = Writer(
          user: write.writer.user, token: token, tokenNumber: tokenNumber,
          connection: connection, operation: write.writer.operation)
        home.submit(
          Write(write.change, of: resource, by: writer), newEpoch: world.nextEpoch(),
          at: world.clock.now, into: &homeEffects)
      }
    } else {
      home.renewed(
        resource, by: connection, token, tokenNumber: tokenNumber, at: world.clock.now,
        into: &homeEffects)
    }
    runHomeEffects(about: resource)
  }

  func withdrawn(_ resource: Resource, by connection: ConnectionID) {
    world.checker.withdrawn(resource, by: connection)
    home.withdrawn(resource, by: connection, at: world.clock.now, into: &homeEffects)
    runHomeEffects(about: resource)
  }

  func emptied(_ note: NoteID, on worker: UInt16, grantCount: Int) {
    home.emptied(
      note, on: worker, grantCount: grantCount, at: world.clock.now, into: &homeEffects)
    runHomeEffects(about: .note(note))
  }

  /// The upstream has answered a request of this worker, or will not.
  func answered(_ call: UpstreamCall, _ reply: UpstreamReply) {
    let now = world.clock.now
    world.checker.replied(to: call, reply)
    switch call.question {
    case .write(_, let write):
      if isTimeout(reply), world.isHit(by: .sendsAgainAfterTimeout, percent: 100) {
        runHomeEffect(again: call)
        return
      }
      home.writeAnswered(
        corrupted(reply, for: write), of: write.resource, at: now,
        wallNow: world.clock.wallNow, into: &homeEffects)
      runHomeEffects(about: write.resource)
    case .check(let join):
      let isForced = world.fault == .admitsEverybody
      home.checkAnswered(
        isForced ? .answered(status: 200, json: nil, message: nil) : reply, to: join, at: now,
        into: &homeEffects)
      runHomeEffects(about: .note(join.note))
    }
    settle()
  }

  func forgetIdle() {
    home.forgetIdle(at: world.clock.now)
  }

  private func isTimeout(_ reply: UpstreamReply) -> Bool {
    if case .failed(.timedOut) = reply { true } else { false }
  }

  private func corrupted(_ reply: UpstreamReply, for write: Write) -> UpstreamReply {
    guard isTimeout(reply), world.fault == .takesTimeoutForYes else { return reply }
    return .answered(status: 200, json: upstreamBody(of: write.resource, version: 0), message: nil)
  }

  private func runHomeEffect(again call: UpstreamCall) {
    guard case .write(let step, let write) = call.question else { return }
    world.checker.requested(step, write)
    world.ask(call.question, from: index)
  }

  /// Does what the home wants, in order. None of it comes back before it has returned.
  private func runHomeEffects(about resource: Resource) {
    for effect in homeEffects { run(effect) }
    homeEffects.removeAll(keepingCapacity: true)
    world.checker.homeHasActed(on: resource)
  }

  private func run(_ effect: HomeEffect) {
    switch effect {
    case .request(let step, for: let write):
      world.checker.requested(step, write)
      if world.fault == .announcesBeforeTheAnswer { announceEarly(step, write) }
      world.ask(.write(step, write), from: index)
    case .check(let join):
      world.ask(.check(join), from: index)
    case .answerWriter(let writer, let result):
      world.checker.answered(writer)
      post(.writeAnswered(writer, result), to: Int(writer.connection.worker))
    case .aside(let writer, of: let resource, isRefused: let isRefused):
      world.checker.steppedAside(writer, resource, isRefused: isRefused)
      post(
        .setAside(writer, resource, isRefused: isRefused), to: Int(writer.connection.worker))
    case .answerJoiner(let request, let result):
      if case .admitted(let position) = result { world.checker.admitted(request, at: position) }
      post(.joinAnswered(request, result), to: Int(request.connection.worker))
    case .announce(let announcement, of: let resource, roomWorkers: let roomWorkers):
      announce(announcement, of: resource, roomWorkers: roomWorkers.map(Int.init))
    case .go, .refuse, .look, .compare:
      // Nobody here writes by REST.
      world.checker.fail("a home has business with a request that nobody made")
    }
  }

  private func announceEarly(_ step: UpstreamStep, _ write: Write) {
    guard case .note(let note) = write.resource, case .update(let changes) = step else { return }
    let sync = GatewayMessage.noteSync(
      note, changes: changes, updatedNote: upstreamBody(of: write.resource, version: 0),
      at: world.clock.wallNow, from: write.writer.user,
      NotePosition(epoch: Epoch(number: 0), sequence: 0))
    for worker in world.workers.indices {
      let broadcast = Broadcast(
        message: sync, audience: .room(note), exception: write.writer.connection, announcement: 0)
      post(.broadcast(broadcast), to: worker)
    }
  }
}
