package import GatewayTypes

/// Joins and writes: what a session starts, and what it makes of the answers.
extension Session {
  /// Starts all that may start by now.
  mutating func startRequests(into effects: inout [SessionEffect]) {
    guard let authentication else { return }
    while let next = requests.next(withoutToken: isExpired) {
      start(next, authentication, into: &effects)
    }
  }

  private mutating func start(
    _ next: RequestOrder.Next, _ authentication: Authentication,
    into effects: inout [SessionEffect]
  ) {
    let (operation, message) = (next.operation, next.message)
    switch message.request {
    case .joinNote(let note):
      join(note, message, as: operation, authentication, into: &effects)
    case .leaveNote(let note):
      _ = requests.finish(operation)
      if rooms.remove(note) != nil { effects.append(.leave(note)) }
      effects.append(.send(.noteLeft(note, requestID: message.requestID)))
    case .change(let resource, let change):
      let writer = Writer(
        user: authentication.user, token: authentication.token,
        tokenNumber: authentication.tokenNumber, connection: connection, operation: operation,
        readAt: next.readAt)
      effects.append(.write(Write(change, of: resource, by: writer)))
    case .authenticate, .ping:
      preconditionFailure("what is answered at once is not queued")
    }
  }

  private mutating func join(
    _ note: NoteID, _ message: ClientMessage, as operation: OperationID,
    _ authentication: Authentication, into effects: inout [SessionEffect]
  ) {
    let limit = rules.limits.roomsPerConnection
    // The request itself has started, and counts already unless the note was joined before.
    if rooms.count + requests.startedJoinCount(outside: rooms) > limit, !rooms.contains(note) {
      _ = requests.finish(operation)
      let text = "Too many notes joined. Maximum is \(limit)."
      effects.append(
        .send(.error(ErrorReport(.tooManyRooms, message: text, answering: message))))
      return
    }
    effects.append(
      .join(
        JoinRequest(
          note: note, user: authentication.user, token: authentication.token,
          connection: connection, operation: operation)))
  }

  /// The note's home has decided on a join. Without an `enter` among the effects of an admission
  /// the connection is in already or closing, and the worker gives `RoomMembers` the grant alone.
  package mutating func joinAnswered(
    _ result: JoinResult, to operation: OperationID, into effects: inout [SessionEffect]
  ) {
    guard let message = requests.finish(operation),
      case .joinNote(let note) = message.request
    else { return }
    guard !isClosing else { return }
    switch result {
    case .admitted(let position):
      if rooms.insert(note).inserted { effects.append(.enter(note)) }
      effects.append(.send(.noteJoined(note, position, requestID: message.requestID)))
    case .refused(let report):
      // A user who may not see the note any more does not go on hearing of it.
      if report.code == .notFound, rooms.remove(note) != nil { effects.append(.leave(note)) }
      effects.append(.send(.error(ErrorReport(report, answering: message))))
    }
    requestEnded(into: &effects)
  }

  /// The lane has ended a write of this connection.
  package mutating func writeAnswered(
    _ result: WriteResult, to operation: OperationID, into effects: inout [SessionEffect]
  ) {
    guard let message = requests.finish(operation),
      case .change(let resource, _) = message.request
    else { return }
    guard !isClosing else { return }
    if case .refused(let report) = result {
      effects.append(.send(.error(ErrorReport(report, answering: message))))
    } else {
      effects.append(.send(GatewayMessage(result, of: resource, to: message.requestID)))
    }
    requestEnded(into: &effects)
  }

  /// The note was deleted, so that the connection is out of its room. Returns whether it was in.
  package mutating func roomDissolved(_ note: NoteID) -> Bool {
    rooms.remove(note) != nil
  }

  private mutating func requestEnded(into effects: inout [SessionEffect]) {
    startRequests(into: &effects)
    closeIfDrained(into: &effects)
  }
}
