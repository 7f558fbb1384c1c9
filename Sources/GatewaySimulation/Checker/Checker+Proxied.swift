import GatewayLogic
import GatewayTypes

/// What is known of a client's own request.
struct WatchedRecord {
  /// It has, or is to have, a turn in a lane.
  let hasTurn: Bool
  /// When it was passed on.
  var passedOnAt: MonotonicTime?
  /// Its client has sent all of it.
  var isWhole = false
  /// The upstream's yes or no, once its worker has heard that.
  var isAccepted: Bool?
  /// The upstream's answer, once its worker has all of it.
  var answer: JSONText?
  /// Nobody waits for its outcome in the lane.
  var isGivenBack = false
  /// It has ended, whatever became of it.
  var isOver = false
  /// Others must hear of it.
  var isOwed = false
}

/// What clients ask the upstream themselves: when it is their turn, and what is told of it is true.
/// Source: PROXY.md, "Writes that sync".
extension Checker {
  // MARK: At its worker

  /// `hasTurn` is false for a creation.
  func watches(_ ticket: ProxyTicket, hasTurn: Bool) {
    watched[ticket] = WatchedRecord(hasTurn: hasTurn)
  }

  func passedOn(_ ticket: ProxyTicket, isWhole: Bool) {
    if watched[ticket]?.passedOnAt != nil { fail("a request is passed on twice") }
    watched[ticket]?.passedOnAt = now
    watched[ticket]?.isWhole = isWhole
  }

  func isWhole(_ ticket: ProxyTicket) {
    if let record = watched[ticket], let start = record.passedOnAt, !record.isGivenBack,
      record.hasTurn, now - start > conditions.requestTimeout * 2
    {
      fail("a client has kept its turn for too long")
    }
    watched[ticket]?.isWhole = true
  }

  /// Its turn is given back because its client takes too long.
  func givesBack(_ ticket: ProxyTicket) {
    guard let record = watched[ticket], let start = record.passedOnAt else {
      return fail("a turn is given back that nobody had")
    }
    if record.isWhole || now - start < conditions.requestTimeout {
      fail("a turn is given back too early")
    }
    watched[ticket]?.isGivenBack = true
    givenBackCount += 1
  }

  /// The head of the upstream's answer is there.
  func answered(_ ticket: ProxyTicket, _ kind: ProxiedWrite.Kind, status: Int) {
    watched[ticket]?.isAccepted = 200..<300 ~= status
    if 200..<300 ~= status, kind == .delete { watched[ticket]?.isOwed = true }
  }

  /// All of the answer is there.
  func answered(_ ticket: ProxyTicket, _ kind: ProxiedWrite.Kind, whole answer: JSONText?) {
    watched[ticket]?.answer = answer
    guard let record = watched[ticket], record.isAccepted == true, answer != nil else { return }
    // Of an update that gave its turn back, others hear what the upstream has then, if anything.
    if kind == .create || !record.isGivenBack { watched[ticket]?.isOwed = true }
  }

  func ended(_ ticket: ProxyTicket) {
    if watched[ticket]?.isOver == true { fail("a request ends twice") }
    watched[ticket]?.isOver = true
  }

  // MARK: At the home

  func submitted(_ write: ProxiedWrite) {
    lanes[write.resource, default: LaneRecord()].items.append(
      LaneRecord.Item(name: .proxied(write.ticket)))
  }

  /// Its client has gone before it was passed on.
  func withdrawn(_ write: ProxiedWrite) {
    let name = WriteName.proxied(write.ticket)
    if watched[write.ticket]?.passedOnAt != nil {
      fail("a request for \(write.resource.words) is withdrawn that is under way")
    }
    if lanes[write.resource]?.underWay == name { lanes[write.resource]?.underWay = nil }
    lanes[write.resource]?.items.removeAll { $0.name == name }
  }

  /// Too many wait.
  func refused(_ write: ProxiedWrite) {
    let name = WriteName.proxied(write.ticket)
    guard let index = lanes[write.resource]?.index(of: name) else {
      return fail("a request for \(write.resource.words) is refused that does not wait")
    }
    lanes[write.resource]?.items.remove(at: index)
  }

  /// It is its turn.
  func called(_ write: ProxiedWrite) {
    let name = WriteName.proxied(write.ticket)
    guard var lane = lanes[write.resource], let index = lane.index(of: name) else {
      return fail("a request for \(write.resource.words) is called that does not wait")
    }
    begin(index, in: &lane, write.resource)
    lane.recent.begin(write.kind)
    lanes[write.resource] = lane
  }

  /// The home hears that one that was called has ended.
  func ended(_ write: ProxiedWrite, _ outcome: ProxiedOutcome) {
    let (name, resource) = (WriteName.proxied(write.ticket), write.resource)
    guard var lane = lanes[resource], lane.underWay == name, let index = lane.index(of: name)
    else { return fail("a request for \(resource.words) ends that was not called") }
    if let record = watched[write.ticket], record.passedOnAt != nil, record.isAccepted == nil,
      !record.isOver, !record.isGivenBack
    {
      fail("the lane of \(resource.words) goes on although a request is under way")
    }
    lane.underWay = nil
    lane.items.remove(at: index)
    if case .acceptedUnseen = outcome, write.kind == .update {
      lane.items.insert(LaneRecord.Item(name: .look(write.ticket)), at: 0)
    }
    lanes[resource] = lane
    accepted(write, outcome, isInTurn: true)
  }

  /// The home hears that one has ended that had no turn, or had given it back.
  func done(_ write: ProxiedWrite, _ outcome: ProxiedOutcome) {
    accepted(write, outcome, isInTurn: false)
    var lane = lanes[write.resource] ?? LaneRecord()
    switch (write.kind, outcome) {
    case (_, .notAccepted), (.delete, _), (.create, .accepted), (.update, .accepted(_, nil)):
      return
    case (.create, .acceptedUnseen), (.update, _):
      let waitingCountMax = conditions.homeRules.lanes.waitingCountMax
      guard lane.underWay == nil || lane.waitingCount < waitingCountMax else { return }
      lane.items.append(LaneRecord.Item(name: .look(write.ticket)))
    }
    lanes[write.resource] = lane
  }

  private func accepted(_ write: ProxiedWrite, _ outcome: ProxiedOutcome, isInTurn: Bool) {
    let resource = write.resource
    if outcome != .notAccepted, watched[write.ticket]?.isAccepted != true {
      fail("a request for \(resource.words) is taken for accepted, and was not")
    }
    if case .accepted(_, let answer) = outcome, answer != watched[write.ticket]?.answer {
      fail("a request for \(resource.words) was not answered so")
    }
    var acceptance = Acceptance(author: write.author, ticket: write.ticket)
    switch (write.kind, outcome) {
    case (_, .notAccepted):
      break
    case (.delete, _):
      accept(AcceptedKey(kind: .deleted, resource: resource), acceptance, isToBeTold: true)
      deleted(resource)
    case (.create, .accepted(_, let body?)):
      accept(
        AcceptedKey(kind: .created, resource: resource, body: body), acceptance,
        isToBeTold: true)
    case (.update, .accepted(let changes, let body?)):
      acceptance.changes = changes
      let key = AcceptedKey(kind: .updated, resource: resource, body: body)
      accept(key, acceptance, isToBeTold: isInTurn)
    case (_, .accepted), (_, .acceptedUnseen):
      break
    }
  }

  // MARK: Looks

  /// The upstream is asked what came of it.
  func looked(for write: ProxiedWrite) {
    let name = WriteName.look(write.ticket)
    guard var lane = lanes[write.resource], let index = lane.index(of: name) else {
      return fail("\(write.resource.words) is looked at for nothing")
    }
    begin(index, in: &lane, write.resource)
    lanes[write.resource] = lane
  }

  func replied(toLookFor write: ProxiedWrite, _ reply: UpstreamReply) {
    let name = WriteName.look(write.ticket)
    guard var lane = lanes[write.resource], let index = lane.index(of: name) else { return }
    lane.underWay = nil
    lane.items.remove(at: index)
    lanes[write.resource] = lane
    guard case .answered(status: 200, json: let body?, _) = reply else { return }
    let kind: AcceptedKey.Kind = write.kind == .create ? .created : .updated
    accept(
      AcceptedKey(kind: kind, resource: write.resource, body: body),
      Acceptance(author: write.author, ticket: write.ticket), isToBeTold: true)
  }
}
