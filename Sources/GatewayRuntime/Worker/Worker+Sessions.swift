import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayWire

/// The sessions of the worker's connections: what they want done, and what they are told.
extension Worker {
  /// Tells a session of an event and does what it wants. Nothing when the connection is gone.
  func withSession(
    _ id: ConnectionID, _ event: (inout Session, inout [SessionEffect]) -> Void
  ) {
    let isOpen: Void? = connections.update(id) { connection in
      event(&connection.session, &sessionEffects)
    }
    if isOpen != nil { runSessionEffects(for: id) }
  }

  /// Does what a session wants, in order. What that makes the session want comes behind it.
  func runSessionEffects(for id: ConnectionID) {
    var index = 0
    while index < sessionEffects.count {
      run(sessionEffects[index], for: id)
      index += 1
    }
    sessionEffects.removeAll(keepingCapacity: true)
  }

  private func run(_ effect: SessionEffect, for id: ConnectionID) {
    switch effect {
    case .send(let message):
      metrics.countSent(message)
      log.trace(
        "message sent",
        [.connection: id, .type: SentType(message).text, .code: message.errorCode])
      front.send(GatewayMessageEncoder.frame(of: message), to: id)
    case .verify(let token, requestID: let requestID):
      verify(token, requestID, for: id)
    case .identified(let user):
      front.trust(id)
      readers.identified(id.slot, as: user)
      metrics.authenticatedCount += 1
      log.info(
        "connection authenticated",
        [.connection: id, .user: user, .peer: connections[id]?.client])
    case .join(let request):
      post(.join(request))
    case .enter:
      // Done by `joinAnswered`, which knows of the grant that goes with it.
      break
    case .leave(let note):
      tell(readers.leave(note, id.slot))
    case .write(let write):
      post(.write(write))
    case .expired(let resource, tokenNumber: let number):
      post(.expired(resource, id, tokenNumber: number))
    case .renewed(let resource, let token, tokenNumber: let number):
      post(.renewed(resource, id, token, tokenNumber: number))
    case .withdrawn(let resource):
      post(.withdrawn(resource, id))
    case .wake(at: let time):
      wake(id, at: time)
    case .close(let code, reason: let reason):
      if let connection = connections[id] { leaveEverything(connection.session) }
      front.close(id, code, reason: reason)
    }
  }

  func writeAnswered(_ writer: Writer, _ result: WriteResult) {
    if result.isSuccess, front.isOpen(writer.connection) { writesToMeasure.append(writer.readAt) }
    withSession(writer.connection) { session, effects in
      session.writeAnswered(result, to: writer.operation, into: &effects)
    }
  }

  func setAside(_ writer: Writer, _ resource: Resource, isRefused: Bool) {
    guard connections[writer.connection] != nil else {
      post(.withdrawn(resource, writer.connection))
      return
    }
    withSession(writer.connection) { session, effects in
      session.setAside(
        writer.operation, of: resource, tokenNumber: writer.tokenNumber, isRefused: isRefused,
        at: SystemClock.monotonic, into: &effects)
    }
  }

  func joinAnswered(_ request: JoinRequest, _ result: JoinResult) {
    let id = request.connection
    var isEntering = false
    _ = connections.update(id) { connection in
      connection.session.joinAnswered(result, to: request.operation, into: &sessionEffects)
      isEntering = sessionEffects.contains(.enter(request.note))
    }
    tell(readers.joinAnswered(result, to: request, isEntering: isEntering))
    runSessionEffects(for: id)
  }

  private func tell(_ message: HomeMessage?) {
    if let message { post(message) }
  }

  /// The connection hears of nothing any more. Harmless to repeat.
  func leaveEverything(_ session: Session) {
    readers.leaveEverything(session, into: &homeMessages)
    for message in homeMessages { post(message) }
    homeMessages.removeAll(keepingCapacity: true)
  }

  // MARK: What others wrote

  /// Hands one frame to all that the worker has of its audience.
  func deliver(_ broadcast: Broadcast) {
    let author = broadcast.author
    let exception = author.exceptedSlot(of: author.connection.flatMap { connections[$0]?.session })
    let reached = readers.reached(by: broadcast.audience)
    tell(reached.message)
    let count = reached.slots.withUnsafeBufferPointer {
      front.send(broadcast.frame, toSlots: $0, except: exception)
    }
    metrics.deliveries &+= UInt64(count)
    metrics.messagesSent.count(broadcast.type, by: count)
    log.debug(
      "broadcast",
      [
        .type: broadcast.type.text, .note: broadcast.audience.note, .connections: count,
        .worker: index,
      ])
    if count > 0 {
      deliveriesToMeasure.append(broadcast.clock)
    } else {
      finish(broadcast.clock, writtenAt: nil)
    }
    guard case .userAndDissolvedRoom(_, let note) = broadcast.audience else { return }
    for slot in reached.dissolved { connections.dissolveRoom(note, of: slot) }
  }
}

extension WriteResult {
  fileprivate var isSuccess: Bool {
    if case .refused = self { false } else { true }
  }
}
