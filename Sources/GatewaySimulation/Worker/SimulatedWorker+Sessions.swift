import GatewayLogic
import GatewayTesting
import GatewayTypes

/// The sessions of the worker's connections: what they want done, and what they are told.
extension SimulatedWorker {
  /// Tells a session of an event and does what it wants. Nothing when the connection is gone.
  func withSession(
    _ id: ConnectionID, _ event: (inout Session, inout [SessionEffect]) -> Void
  ) {
    let isOpen: Void? = update(id) { connection in
      event(&connection.session, &sessionEffects)
    }
    if isOpen != nil { runSessionEffects(for: id) }
  }

  /// Does what a session wants, in order. What that makes the session want comes behind it.
  func runSessionEffects(for id: ConnectionID) {
    var index = 0
    while index < sessionEffects.count {
      world.checker.wanted(sessionEffects[index], by: id)
      run(sessionEffects[index], for: id)
      index += 1
    }
    sessionEffects.removeAll(keepingCapacity: true)
  }

  private func run(_ effect: SessionEffect, for id: ConnectionID) {
    switch effect {
    case .send(let message):
      world.send(message, to: id)
    case .verify(let token, requestID: let requestID):
      verify(token, requestID, for: id)
    case .identified(let user):
      readers.identified(id.slot, as: user)
    case .join(let request):
      post(.join(request))
    case .enter:
      // Done by `joinAnswered`, which knows of the grant that goes with it.
      break
    case .leave(let note):
      leave(note, id.slot)
    case .write(let write):
      post(.home(.write(write)), to: homeOrAnother(of: write.resource))
    case .expired(let resource, tokenNumber: let number):
      post(.expired(resource, id, tokenNumber: number))
    case .renewed(let resource, let token, tokenNumber: let number):
      if world.isHit(by: .losesRenewals, percent: 30) { return }
      post(.renewed(resource, id, token, tokenNumber: number))
    case .withdrawn(let resource):
      if world.fault == .neverWithdraws { return }
      post(.withdrawn(resource, id))
    case .wake(at: let time):
      _ = update(id) { $0.wakeAt = time }
      world.schedule(.wakes(id), at: time + world.random.duration(upTo: .milliseconds(5)))
    case .close:
      if let connection = connection(id), world.fault != .staysInRooms {
        leaveEverything(connection.session)
      }
      world.hangUp(id)
    }
  }

  private func homeOrAnother(of resource: Resource) -> Int {
    let home = home(of: resource)
    guard world.isHit(by: .hasTwoHomes, percent: 20) else { return home }
    return (home + 1) % world.conditions.workerCount
  }

  // MARK: Tokens

  private func verify(_ token: BearerToken, _ requestID: RequestID?, for id: ConnectionID) {
    if world.random.happens(percent: world.conditions.keyMissingPercent) {
      guard let session = connection(id)?.session else { return }
      let isRenewal = session.user != nil
      let isFirst = waitingTokens.insert(
        WaitingTokens.Entry(
          connection: id, token: token, requestID: requestID, isRenewal: isRenewal))
      if isFirst { awaitKeys(renewalsToo: isRenewal || world.random.happens(percent: 50)) }
    } else {
      _ = update(id) { judge(token, requestID, for: &$0.session) }
    }
  }

  private func awaitKeys(renewalsToo: Bool) {
    let wait = world.random.duration(upTo: .seconds(3))
    world.schedule(.keysCome(worker: index, renewalsToo: renewalsToo), after: wait)
  }

  /// It is known whether there are keys for the tokens that wait, or for those of strangers.
  func keysCame(renewalsToo: Bool) {
    guard phase != .over else { return }
    // In an order that is the same in each process.
    let entries = waitingTokens.take(upTo: renewalsToo ? .renewal : .stranger)
      .sorted { $0.connection.words < $1.connection.words }
    for entry in entries {
      _ = update(entry.connection) { judge(entry.token, entry.requestID, for: &$0.session) }
      runSessionEffects(for: entry.connection)
    }
    settle()
  }

  private func judge(
    _ token: BearerToken, _ requestID: RequestID?, for session: inout Session
  ) {
    let (now, wallNow) = (world.clock.now, world.clock.wallNow)
    let skew = world.conditions.clockSkew
    guard let known = world.tokens[token] else {
      session.authenticationFailed(.failed, requestID: requestID, into: &sessionEffects)
      return
    }
    if wallNow < known.expiresAt + skew {
      if session.user == nil || session.user == known.user {
        let end = known.expiresAt > wallNow ? known.expiresAt : known.expiresAt + skew
        world.checker.verified(token, until: now + (end - wallNow), on: session.connection)
      }
      session.verified(
        known.user, token, expiresAt: known.expiresAt, requestID: requestID, now: now,
        wallNow: wallNow, clockSkew: skew, into: &sessionEffects)
    } else {
      session.authenticationFailed(.expired, requestID: requestID, into: &sessionEffects)
    }
  }

  func setAside(_ writer: Writer, _ resource: Resource, isRefused: Bool) {
    guard connection(writer.connection) != nil else {
      if world.fault == .neverWithdraws { return }
      post(.withdrawn(resource, writer.connection))
      return
    }
    world.checker.toldOfWait(writer, resource)
    withSession(writer.connection) { session, effects in
      session.setAside(
        writer.operation, of: resource, tokenNumber: writer.tokenNumber, isRefused: isRefused,
        at: world.clock.now, into: &effects)
    }
  }

  // MARK: Answers

  func writeAnswered(_ writer: Writer, _ result: WriteResult) {
    withSession(writer.connection) { session, effects in
      session.writeAnswered(result, to: writer.operation, into: &effects)
    }
  }

  func joinAnswered(_ request: JoinRequest, _ result: JoinResult) {
    let id = request.connection
    var isEntering = false
    _ = update(id) { connection in
      connection.session.joinAnswered(result, to: request.operation, into: &sessionEffects)
      isEntering = sessionEffects.contains(.enter(request.note))
    }
    tell(readers.joinAnswered(result, to: request, isEntering: isEntering))
    runSessionEffects(for: id)
  }

  // MARK: Rooms

  private func leave(_ note: NoteID, _ slot: UInt32) {
    let message = readers.leave(note, slot)
    if message == nil, world.fault == .forgetsGrants {
      post(.emptied(note, worker: UInt16(index), grantCount: 1000))
    }
    tell(message)
  }

  private func tell(_ message: HomeMessage?) {
    if let message { post(message) }
  }

  /// The connection hears of nothing any more. Harmless to repeat.
  func leaveEverything(_ session: Session) {
    var messages: [HomeMessage] = []
    readers.leaveEverything(session, into: &messages)
    // In an order that is the same in each process, as that of a set is not.
    for message in messages.sorted(by: { $0.resource.name < $1.resource.name }) { post(message) }
  }

  // MARK: What others wrote

  /// Hands one message to all that the worker has of its audience.
  func deliver(_ broadcast: Broadcast) {
    if world.isHit(by: .losesSyncs, percent: 5) { return }
    let author = broadcast.sync.author
    let exception = author.exceptedSlot(of: author.connection.flatMap { connection($0)?.session })
    let reached = readers.reached(by: broadcast.sync.audience)
    tell(reached.message)
    send(broadcast, to: reached.slots, except: exception)
    if world.fault == .tellsSomeTwice, case .userAndRoom = broadcast.sync.audience {
      send(broadcast, to: ContiguousArray(reached.slots.suffix(1)), except: exception)
    }
    guard case .userAndDissolvedRoom(_, let note) = broadcast.sync.audience else { return }
    for id in reached.dissolved.compactMap({ id(inSlot: $0) }) {
      _ = update(id) { $0.session.roomDissolved(note) }
      world.checker.dissolved(note, for: id)
    }
  }

  private func send(
    _ broadcast: Broadcast, to slots: ContiguousArray<UInt32>, except exception: UInt32?
  ) {
    for slot in slots {
      guard let id = id(inSlot: slot) else {
        world.checker.reachedNobody(broadcast.sync.message)
        continue
      }
      if slot == exception, !tellsItsAuthor(broadcast) {
        world.checker.spared(broadcast.sync.message, on: id, broadcast.announcement)
      } else {
        world.broadcast(broadcast, to: id)
      }
    }
  }

  private func tellsItsAuthor(_ broadcast: Broadcast) -> Bool {
    world.fault == (broadcast.isProxied ? .tellsTheExcepted : .tellsTheWriter)
  }
}
