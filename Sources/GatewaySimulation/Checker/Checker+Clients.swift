import GatewayLogic
import GatewayTypes

/// What one connection is told: each request is answered once, in order, and by what is true.
extension Checker {
  func opened(_ id: ConnectionID) {
    connections[id] = ConnectionRecord()
  }

  func closed(_ id: ConnectionID) {
    connections[id]?.isClosing = true
  }

  func received(_ number: Int, _ request: ClientRequest, on id: ConnectionID) {
    connections[id]?.newest = number
    connections[id]?.unanswered.append(
      ConnectionRecord.Request(number: number, request: request))
  }

  /// The note is deleted, so that nobody is in its room.
  func dissolved(_ note: NoteID, for id: ConnectionID) {
    connections[id]?.joined[note] = nil
  }

  // MARK: Answers

  /// A connection is told something by its session.
  func told(_ message: GatewayMessage, on id: ConnectionID) {
    guard connections[id]?.isClosing == false else {
      return fail("a connection that is closed is told \(message.words)")
    }
    switch message {
    case .connectionEstablished: break
    case .goingAway: toldToGo(id)
    case .authFailed(.expired, requestID: nil): break
    case .authSuccess(_, _, _, _, let name), .authFailed(_, let name), .pong(_, let name),
      .noteLeft(_, let name):
      answered(name, on: id)
    case .noteJoined(let note, let position, let name):
      joined(note, position, on: id)
      answered(name, on: id)
    case .noteUpdateSuccess, .noteCreatedSuccess, .noteDeletedSuccess, .folderCreatedSuccess,
      .folderUpdatedSuccess, .folderDeletedSuccess:
      acknowledged(message, on: id)
    case .error(let report): refused(report, on: id)
    case .noteSync, .noteCreatedSync, .noteDeletedSync, .folderCreatedSync, .folderUpdatedSync,
      .folderDeletedSync:
      fail("a session sends \(message.words)")
    }
  }

  private func refused(_ report: ErrorReport, on id: ConnectionID) {
    // What is no message, or too large a one, has no name.
    guard let name = report.requestID else { return }
    // What has no room is refused at once, before the earlier ones are answered.
    let isInTurn = report.code != .overloaded && report.code != .authenticationRequired
    expectNoToken(report, on: id)
    answered(name, on: id, isInTurn: isInTurn)
  }

  @discardableResult
  private func answered(
    _ name: RequestID?, on id: ConnectionID, isInTurn: Bool = true
  ) -> ConnectionRecord.Request? {
    guard let number = name.flatMap(Checker.number),
      let index = connections[id]?.unanswered.firstIndex(where: { $0.number == number }),
      let request = connections[id]?.unanswered.remove(at: index)
    else {
      fail("a client is answered what it does not wait for")
      return nil
    }
    guard isInTurn, let resource = request.request.about else { return request }
    checkAnswerOrder(of: request, about: resource, on: id)
    return request
  }

  /// Requests about one thing are answered in their order; but reads do not wait for writes that
  /// wait for a token.
  private func checkAnswerOrder(
    of request: ConnectionRecord.Request, about resource: Resource, on id: ConnectionID
  ) {
    guard let record = connections[id] else { return }
    let (read, write) = (
      record.answeredReads[resource] ?? 0, record.answeredWrites[resource] ?? 0
    )
    let newest =
      if case .change = request.request {
        max(write, record.isAsked || read <= record.newestWhenRenewed ? 0 : read)
      } else {
        max(write, read)
      }
    if request.number < newest {
      fail("requests about \(resource.words) are answered in another order")
    }
    if case .change = request.request {
      connections[id]?.answeredWrites[resource] = request.number
    } else {
      connections[id]?.answeredReads[resource] = request.number
    }
  }

  static func number(of name: RequestID) -> Int? {
    Int(String(decoding: name.json.bytes.dropFirst().dropLast(), as: UTF8.self))
  }

  private func acknowledged(_ message: GatewayMessage, on id: ConnectionID) {
    acknowledgedCount += 1
    let (key, name) = Checker.acceptance(in: message)
    guard let request = answered(name, on: id), let resource = request.request.about else { return }
    let isRepetition =
      request.operation.map { repetitions.contains(.said(id, $0)) } ?? false
    let user = connections[id]?.user
    let acceptances = key.flatMap { kind, body in
      accepted[AcceptedKey(kind: kind, resource: resource, body: body)] ?? []
    }
    let isTrue = acceptances.contains {
      isRepetition
        ? $0.ticket != nil && $0.author.user == user
        : $0.ticket == nil && $0.author.connection == id
    }
    if !isTrue { fail("a write to \(resource.words) is acknowledged that was not accepted") }
    guard case .noteUpdateSuccess(let note, let body, _, let position, _) = message else { return }
    checkHistory(note, position, body)
    // What is said twice was heard before, or was left out by its author's own wish.
    if !isRepetition { follow(note, position, on: id) }
  }

  /// What a success may stand for.
  private static func acceptance(
    in message: GatewayMessage
  ) -> ([(AcceptedKey.Kind, JSONText?)], RequestID?) {
    switch message {
    case .noteUpdateSuccess(_, updatedNote: let body, _, _, let name),
      .folderUpdatedSuccess(_, updatedFolder: let body, _, let name):
      ([(.updated, body)], name)
    case .noteCreatedSuccess(noteData: let body, _, let name),
      .folderCreatedSuccess(folderData: let body, _, let name):
      ([(.created, body)], name)
    case .noteDeletedSuccess(_, _, let name), .folderDeletedSuccess(_, _, let name):
      ([(.deleted, nil), (.gone, nil)], name)
    default:
      ([], nil)
    }
  }

  private func joined(_ note: NoteID, _ position: NotePosition, on id: ConnectionID) {
    let key = HistoryKey(note: note, position: position)
    guard let index = connections[id]?.admissions.firstIndex(of: key) else {
      return fail("a client is told that it is in \(note.text), and was not let in")
    }
    connections[id]?.admissions.remove(at: index)
    if let known = connections[id]?.joined[note], known != position {
      fail("a client that joins \(note.text) again has missed something")
    }
    connections[id]?.joined[note] = position
  }
}

extension ClientRequest {
  /// The note or folder that it is about.
  fileprivate var about: Resource? {
    switch self {
    case .joinNote(let note), .leaveNote(let note): .note(note)
    case .change(let resource, _): resource
    case .authenticate, .ping: nil
    }
  }
}
