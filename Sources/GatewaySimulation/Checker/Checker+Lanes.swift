import GatewayLogic
import GatewayTypes

/// What is asked of the upstream: one write to a note at a time, each once, in order, and nobody
/// waits for another one's token.
extension Checker {
  func submitted(_ write: Write) {
    let item = LaneRecord.Item(name: WriteName(write.writer), write: write)
    lanes[write.resource, default: LaneRecord()].items.append(item)
  }

  /// The upstream is asked.
  func requested(_ step: UpstreamStep, _ write: Write) {
    let (name, resource) = (WriteName(write.writer), write.resource)
    guard var lane = lanes[resource], let index = lane.index(of: name) else {
      return fail("a write to \(resource.words) is sent that nobody waits for")
    }
    if givenUp.contains(name) { fail("a write to \(resource.words) is sent that was given up") }
    if lane.items[index].isAside {
      fail("a write to \(resource.words) is sent that waits for a token")
    }
    if !lane.items[index].isStarted {
      expectNew(write, &lane, index)
      if write.writer.tokenNumber <= lane.expired[write.writer.connection] ?? 0 {
        fail("a write to \(resource.words) is sent with a token that has run out")
      }
    }
    begin(index, in: &lane, resource)
    if step != .look {
      if lane.items[index].isRecalled { fail("\(resource.words) is created again") }
      if !sent.insert(name).inserted { fail("a write to \(resource.words) is sent twice") }
    }
    if lane.items[index].refusalCount > 1 {
      fail("a write to \(resource.words) is tried a third time")
    }
    lanes[resource] = lane
  }

  /// The upstream is asked by what is at `index`, or is about to be by its client.
  func begin(_ index: Int, in lane: inout LaneRecord, _ resource: Resource) {
    if lane.underWay != nil { fail("two writes to \(resource.words) at once") }
    if !lane.items[index].isStarted { checkTurn(of: index, in: lane, resource) }
    lane.underWay = lane.items[index].name
    lane.items[index].isStarted = true
  }

  /// The first request of a write comes when it is the write's turn.
  private func checkTurn(of index: Int, in lane: LaneRecord, _ resource: Resource) {
    let item = lane.items[index]
    let earlier = lane.items[..<index]
    if let connection = item.name.connection,
      earlier.contains(where: { $0.name.connection == connection })
    {
      return fail("a connection's writes to \(resource.words) change places")
    }
    guard !item.hasComeBack else { return }
    let first = lane.items.first { !$0.isAside && ($0.hasComeBack || $0.name == item.name) }
    if first?.name != item.name {
      return fail("a write to \(resource.words) goes before one that has come back")
    }
    if earlier.contains(where: { !$0.isAside }) {
      fail("a write to \(resource.words) goes before one that arrived earlier")
    }
  }

  /// The upstream has answered the home, and this is the truth.
  func replied(to call: UpstreamCall, _ reply: UpstreamReply) {
    switch call.question {
    case .check(let join): replied(to: join, reply, deletionCount: call.deletionCount)
    case .write(let step, let write): replied(to: step, of: write, call.token, reply)
    case .look(let write): replied(toLookFor: write, reply)
    case .client: break
    }
  }

  private func replied(
    to step: UpstreamStep, of write: Write, _ token: BearerToken, _ reply: UpstreamReply
  ) {
    let name = WriteName(write.writer)
    guard var lane = lanes[write.resource], let index = lane.index(of: name) else { return }
    if lane.underWay == name { lane.underWay = nil }
    let isRecalled = lane.items[index].isRecalled
    if case .answered(status: 401, _, _) = reply, isBearer {
      lane.items[index].refusalCount += 1
      refusedTokens.insert(token)
      if step != .look { sent.remove(name) }
    }
    lanes[write.resource] = lane
    guard let kind = Checker.acceptance(step, write.change, reply) else { return }
    var key = AcceptedKey(kind: kind, resource: write.resource)
    if case .answered(_, json: let body, _) = reply, kind == .updated || kind == .created {
      key.body = body
    }
    accept(key, Acceptance(author: write.writer.author), isToBeTold: !isRecalled)
    if givenUp.contains(name) {
      fail("a write to \(write.resource.words) is done that was given up")
    }
    if kind == .deleted { deleted(write.resource) }
  }

  /// The upstream has said yes.
  func accept(_ key: AcceptedKey, _ acceptance: Acceptance, isToBeTold: Bool) {
    accepted[key, default: []].append(acceptance)
    if isToBeTold { unannounced[key, default: []].append(acceptance) }
  }

  func deleted(_ resource: Resource) {
    guard case .note(let note) = resource else { return }
    rooms[note, default: RoomRecord()].deletionCount += 1
    rooms[note]?.shownAt = [:]
  }

  private var isBearer: Bool { conditions.homeRules.lanes.identity == .bearer }

  /// What the upstream has said yes to, by PROTOCOL.md, "What is persisted".
  private static func acceptance(
    _ step: UpstreamStep, _ change: Change, _ reply: UpstreamReply
  ) -> AcceptedKey.Kind? {
    guard case .answered(status: let status, json: let json, _) = reply else { return nil }
    switch (step, change) {
    case (.update, _): return 200..<300 ~= status && json != nil ? .updated : nil
    case (.create, _): return 200..<300 ~= status && json != nil ? .created : nil
    case (.delete, _): return status == 404 ? .gone : 200..<300 ~= status ? .deleted : nil
    case (.look, .refresh): return status == 200 && json != nil ? .updated : nil
    case (.look, .create): return status == 200 && json != nil ? .created : nil
    case (.look, _): return nil
    }
  }

  /// The writer is told how it ended.
  func answered(_ writer: Writer, _ result: WriteResult) {
    let name = WriteName(writer)
    for resource in conditions.resources {
      guard var lane = lanes[resource], let index = lane.index(of: name) else { continue }
      checkRepetition(result, &lane, index, resource)
      lane.items.remove(at: index)
      lanes[resource] = lane
      return
    }
    fail("a write is answered that nobody waits for")
  }

  // MARK: Tokens

  /// A write waits for another token.
  func steppedAside(_ writer: Writer, _ resource: Resource, isRefused: Bool) {
    guard let index = lanes[resource]?.index(of: WriteName(writer)),
      let item = lanes[resource]?.items[index]
    else { return fail("a write to \(resource.words) waits that is not there") }
    if let number = item.asideAt, number >= writer.tokenNumber {
      fail("it is told twice that a write to \(resource.words) waits")
    }
    if isRefused, item.refusalCount != 1 {
      fail("a token for \(resource.words) is asked for that was not refused")
    }
    lanes[resource]?.items[index].asideAt = writer.tokenNumber
    lanes[resource]?.items[index].isStarted = false
  }

  /// The lane was told that a connection's tokens have run out, and has done something about it.
  func expired(_ resource: Resource, of connection: ConnectionID, tokenNumber: Int) {
    lanes[resource, default: LaneRecord()].expired[connection] = tokenNumber
    for item in lanes[resource]?.items ?? [] where item.name.connection == connection {
      if !item.isStarted, item.asideAt != tokenNumber {
        fail("a write to \(resource.words) does not wait for the token that it has to")
      }
    }
  }

  /// The lane is told of another token.
  func renewed(_ resource: Resource, by connection: ConnectionID, tokenNumber: Int) {
    guard var lane = lanes[resource] else { return }
    for index in lane.items.indices where lane.items[index].name.connection == connection {
      guard let number = lane.items[index].asideAt, number < tokenNumber else { continue }
      lane.items[index].asideAt = nil
      lane.items[index].hasComeBack = true
    }
    lanes[resource] = lane
  }

  /// The lane is told that there will be no other token.
  func withdrawn(_ resource: Resource, by connection: ConnectionID) {
    lanes[resource]?.items.removeAll { $0.name.connection == connection && $0.isAside }
  }

  /// The writes of a connection that wait for a token, oldest first.
  func writesAside(at resource: Resource, by connection: ConnectionID) -> [Write] {
    let items = lanes[resource]?.items.filter { $0.isAside } ?? []
    return items.compactMap(\.write).filter { $0.writer.connection == connection }
  }

  /// The home has done what it wanted: nothing waits now but behind a request or for a token.
  func homeHasActed(on resource: Resource) {
    guard let lane = lanes[resource], lane.underWay == nil else { return }
    if lane.waitingCount > 0 { fail("a write to \(resource.words) waits for nothing") }
  }
}
