import GatewayLogic
import GatewayTesting
import GatewayTypes

/// The notes and folders whose home is this worker: their writes, their readers, and the upstream's
/// answers.
extension SimulatedWorker {
  func receive(_ message: HomeMessage) {
    let checker = world.checker
    switch message {
    case .write(let write): checker.submitted(write)
    case .renewed(let resource, let connection, let token, tokenNumber: let number):
      if world.fault == .bringsWritesBackLast {
        bringBackLast(resource, connection, token, number)
      }
      checker.renewed(resource, by: connection, tokenNumber: number)
    case .withdrawn(let resource, let connection): checker.withdrawn(resource, by: connection)
    case .proxied(let write): checker.submitted(write)
    case .proxiedWithdrawn(let write): checker.withdrawn(write)
    case .proxiedEnded(let write, let outcome): checker.ended(write, outcome)
    case .proxiedDone(let write, let outcome): checker.done(write, outcome)
    case .expired, .join, .emptied, .published: break
    }
    home.receive(
      message, newEpoch: world.nextEpoch(), at: world.clock.now, wallNow: world.clock.wallNow,
      into: &homeEffects)
    runHomeEffects(about: message.resource)
    if case .expired(let resource, let connection, tokenNumber: let number) = message {
      checker.expired(resource, of: connection, tokenNumber: number)
    }
  }

  private func bringBackLast(
    _ resource: Resource, _ connection: ConnectionID, _ token: BearerToken, _ number: Int
  ) {
    let now = world.clock.now
    let late = world.checker.writesAside(at: resource, by: connection)
    home.withdrawn(resource, by: connection, at: now, into: &homeEffects)
    for write in late {
      let writer = Writer(
        user: write.writer.user, token: token, tokenNumber: number, connection: connection,
        operation: write.writer.operation)
      home.submit(
        Write(write.change, of: resource, by: writer), newEpoch: world.nextEpoch(), at: now,
        into: &homeEffects)
    }
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
    case .look(let write):
      home.writeAnswered(
        reply, of: write.resource, at: now, wallNow: world.clock.wallNow, into: &homeEffects)
      runHomeEffects(about: write.resource)
    case .client:
      preconditionFailure("a client's answer is its own")
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

  /// Does what the home wants, in order. None of it comes back before it has returned, but for what
  /// it wants to know at once.
  private func runHomeEffects(about resource: Resource) {
    var index = 0
    while index < homeEffects.count {
      run(homeEffects[index], about: resource)
      index += 1
    }
    homeEffects.removeAll(keepingCapacity: true)
    world.checker.homeHasActed(on: resource)
  }

  private func run(_ effect: HomeEffect, about resource: Resource) {
    switch effect {
    case .request(let step, for: let write):
      world.checker.requested(step, write)
      if world.fault == .announcesBeforeTheAnswer { announceEarly(step, write) }
      world.ask(.write(step, write), from: index)
    case .check(let join):
      world.ask(.check(join), from: index)
    case .answerWriter(let writer, let result):
      world.checker.answered(writer, result)
      if world.fault == .dropsWhatIsTooMuch, result == .refused(ErrorReport(.overloaded)) { return }
      if world.fault == .announcesRepetitions { announceAgain(result, of: resource, by: writer) }
      post(.writeAnswered(writer, result), to: Int(writer.connection.worker))
    case .aside(let writer, of: let resource, isRefused: let isRefused):
      world.checker.steppedAside(writer, resource, isRefused: isRefused)
      if world.isHit(by: .forgetsToldAside, percent: 30) { return }
      post(
        .setAside(writer, resource, isRefused: isRefused), to: Int(writer.connection.worker))
    case .answerJoiner(let request, let result):
      if case .admitted(let position) = result { world.checker.admitted(request, at: position) }
      post(.joinAnswered(request, result), to: Int(request.connection.worker))
    case .announce(let announcement, of: let resource, roomWorkers: let roomWorkers):
      announce(announcement, of: resource, roomWorkers: roomWorkers)
    case .go(let write):
      world.checker.called(write)
      post(.go(write), to: Int(write.ticket.worker))
    case .refuse(let write):
      world.checker.refused(write)
      post(.refuse(write), to: Int(write.ticket.worker))
    case .look(for: let write):
      world.checker.looked(for: write)
      world.ask(.look(write), from: index)
    case .compare(proxied: let proxied, said: let said, of: let resource):
      let isSame = world.fault != .comparesBytes && proxied.isSpelledLike(said)
      home.compared(resource, isSame: isSame, at: world.clock.now, into: &homeEffects)
    case .published:
      preconditionFailure("nobody publishes in the simulation")
    }
  }

  private func announceAgain(_ result: WriteResult, of resource: Resource, by writer: Writer) {
    guard world.checker.repetitions.contains(WriteName(writer)),
      case .updated(let body, at: let time, let position) = result
    else { return }
    let announcement = Announcement.updated(
      changes: body, to: body, at: time, position, by: writer.author)
    announce(announcement, of: resource, roomWorkers: [])
  }

  private func announceEarly(_ step: UpstreamStep, _ write: Write) {
    guard case .note(let note) = write.resource, case .update(let changes) = step else { return }
    let announcement = Announcement.updated(
      changes: changes, to: upstreamBody(of: write.resource, version: 0), at: world.clock.wallNow,
      NotePosition(epoch: Epoch(number: 0), sequence: 0), by: write.writer.author)
    let sync = Sync(announcement, of: .note(note), to: .room)
    for worker in world.workers.indices {
      let broadcast = Broadcast(sync: sync, announcement: 0, isProxied: false)
      post(.broadcast(broadcast), to: worker)
    }
  }
}
