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
      front.send(GatewayMessageEncoder.frame(of: message), to: id)
    case .verify(let token, requestID: let requestID):
      verify(token, requestID, for: id)
    case .identified(let user):
      users.insert(id.slot, for: user)
      log.info(
        "connection authenticated",
        [.connection: id, .user: user.text, .peer: connections[id]?.peer.description ?? ""])
    case .join(let request):
      post(.join(request), to: home(of: .note(request.note)))
    case .enter:
      // Done by `joinAnswered`, which knows of the grant that goes with it.
      break
    case .leave(let note):
      leave(note, id.slot)
    case .write(let write):
      post(.write(write), to: home(of: write.resource))
    case .expired(let resource, tokenNumber: let number):
      post(.expired(resource, id, tokenNumber: number), to: home(of: resource))
    case .renewed(let resource, let token, tokenNumber: let number):
      post(.renewed(resource, id, token, tokenNumber: number), to: home(of: resource))
    case .withdrawn(let resource):
      post(.withdrawn(resource, id), to: home(of: resource))
    case .wake(at: let time):
      wake(id, at: time)
    case .close(let code, reason: let reason):
      if let connection = connections[id] { leaveEverything(connection) }
      front.close(id, code, reason: reason)
    }
  }

  func writeAnswered(_ writer: Writer, _ result: WriteResult) {
    withSession(writer.connection) { session, effects in
      session.writeAnswered(result, to: writer.operation, into: &effects)
    }
  }

  func setAside(_ writer: Writer, _ resource: Resource, isRefused: Bool) {
    guard connections[writer.connection] != nil else {
      post(.withdrawn(resource, writer.connection), to: home(of: resource))
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
    if case .admitted = result {
      // Counted even if the connection has gone: the room is owed its grant back.
      handBack(members.admitted(isEntering ? id.slot : nil, to: request.note), of: request.note)
    }
    runSessionEffects(for: id)
  }

  private func leave(_ note: NoteID, _ slot: UInt32) {
    handBack(members.leave(slot, note), of: note)
  }

  private func handBack(_ grantCount: Int?, of note: NoteID) {
    guard let grantCount else { return }
    post(.emptied(note, worker: index, grantCount: grantCount), to: home(of: .note(note)))
  }

  /// The connection hears of nothing any more. Harmless to repeat.
  func leaveEverything(_ connection: ConnectionTable.Connection) {
    for note in connection.session.rooms { leave(note, connection.id.slot) }
    if let user = connection.session.user { users.remove(connection.id.slot, of: user) }
  }

  // MARK: What others wrote

  /// Hands one frame to all that the worker has of its audience.
  func deliver(_ broadcast: Broadcast) {
    let exception = ownConnection(of: broadcast.author)
    switch broadcast.audience {
    case .room(let note):
      send(broadcast.frame, to: members.slots(of: note), except: exception)
    case .user(let user):
      send(broadcast.frame, to: users.slots(of: user), except: exception)
    case .userAndRoom(let user, let note):
      send(broadcast.frame, to: union(members.slots(of: note), user), except: exception)
    case .userAndDissolvedRoom(let user, let note):
      let dissolved = members.dissolve(note)
      handBack(dissolved?.grantCount, of: note)
      let inRoom = dissolved?.slots ?? []
      send(broadcast.frame, to: union(inRoom, user), except: exception)
      for slot in inRoom { connections.dissolveRoom(note, of: slot) }
    }
  }

  /// The slot of the connection that an author left out, if it is here, open and theirs: anybody
  /// can name one beside a request of their own.
  private func ownConnection(of author: Author) -> UInt32? {
    guard let id = author.connection, let connection = connections[id],
      connection.session.user == author.user
    else { return nil }
    return id.slot
  }

  /// The members of a room and the connections of a user, each once.
  private func union(
    _ inRoom: ContiguousArray<UInt32>, _ user: UserID
  ) -> ContiguousArray<UInt32> {
    let ofUser = users.slots(of: user)
    guard !inRoom.isEmpty else { return ofUser }
    // A user has a few connections, a room may have thousands.
    return inRoom + ofUser.filter { !inRoom.contains($0) }
  }

  private func send(
    _ frame: EncodedFrame, to slots: ContiguousArray<UInt32>, except exception: UInt32?
  ) {
    slots.withUnsafeBufferPointer { front.send(frame, toSlots: $0, except: exception) }
  }
}
