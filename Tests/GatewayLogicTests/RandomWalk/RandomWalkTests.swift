import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct RandomWalkTests {
  @Test(arguments: UInt64(1)...20)
  func `each is answered once, and all hear what was accepted in one order`(seed: UInt64) {
    let world = World(seed: seed)
    for step in 0..<3000 where world.problems.isEmpty {
      world.step()
      #expect(world.problems.isEmpty, "seed \(seed), step \(step): \(world.problems)")
    }
    world.finish()
    #expect(world.problems.isEmpty, "seed \(seed), at the end: \(world.problems)")
    #expect(world.syncCount > 50, "seed \(seed) is a walk of few syncs")
  }
}

/// What happens at random, and what is checked.
extension World {
  func step() {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<25: act(Int.random(in: 0..<clients.count, using: &random))
    case 25..<50: toHome[Int.random(in: 0...1, using: &random)].removeFirst()?(self)
    case 50..<78: toWorker[Int.random(in: 0...1, using: &random)].removeFirst()?(self)
    case 78..<98: answerOne()
    default: pass(.milliseconds(Int.random(in: 0..<4000, using: &random)))
    }
  }

  /// Answers and delivers all there is; then nobody may wait, nor have missed anything.
  func finish() {
    settle()
    for index in clients.indices where clients[index].isOpen {
      verify(clients[index].session.user ?? ada, nil, 3600, index)
    }
    settle()
    if home.busyLaneCount > 0 { problems.append("a lane is busy") }
    for (index, client) in clients.enumerated() where client.isOpen {
      checkAtRest(client, index)
      drive(index) { $0.drain(into: &$1) }
      if clients[index].isOpen { problems.append("\(index) does not drain") }
    }
    settle()
    if members.contains(where: { $0.roomCount > 0 }) { problems.append("a room is left") }
    pass(.seconds(60))
    if home.count > 0 { problems.append("a note is left") }
  }

  private func settle() {
    while !asked.isEmpty || !(toHome + toWorker).allSatisfy(\.isEmpty) {
      for worker in 0...1 {
        toHome[worker].removeFirst()?(self)
        toWorker[worker].removeFirst()?(self)
      }
      answerOne()
    }
  }

  private func pass(_ duration: Duration) {
    clock.advance(by: duration)
    home.forgetIdle(at: clock.now)
    for (index, client) in clients.enumerated() where client.isOpen {
      guard let wakeAt = client.wakeAt, wakeAt <= clock.now else { continue }
      drive(index) { $0.deadlineReached(at: clock.now, into: &$1) }
    }
  }

  private func act(_ index: Int) {
    guard clients[index].isOpen else { return connect(index) }
    if random.happens(percent: 1) { return close(index) }
    number += 1
    let note = [red, blue, green].randomElement(using: &random) ?? red
    let request: ClientRequest =
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<50: .updateNote(note, changes: changes)
      case 50..<75: .joinNote(note)
      case 75..<80: .leaveNote(note)
      case 80..<83: .createNote(note, noteData: noteData)
      case 83..<85: .deleteNote(note)
      case 85..<88: .ping
      default: .authenticate(token)
      }
    let message = ClientMessage(requestID: .named("\(number)"), request)
    clients[index].unanswered.insert(.named("\(number)"))
    drive(index) { $0.receive(message, size: 9, wallNow: clock.wallNow, into: &$1) }
  }

  private func answerOne() {
    guard let index = asked.indices.randomElement(using: &random) else { return }
    asked.remove(at: index)(self)
  }

  // MARK: What is checked

  private func checkAtRest(_ client: Client, _ index: Int) {
    if !client.unanswered.isEmpty || client.session.unansweredCount > 0 {
      problems.append("\(index) waits")
    }
    if Set(client.heard.keys) != client.session.rooms { problems.append("\(index): rooms") }
    for (note, position) in client.heard where position != latest[note] {
      // A history that has just begun has nothing to hear of.
      if position.sequence == 0, position.epoch != latest[note]?.epoch { continue }
      problems.append("\(index) missed something of \(note.text)")
    }
  }

  func hear(_ message: GatewayMessage, _ index: Int) {
    switch message {
    case .connectionEstablished: break
    case .noteJoined(let note, let position, let requestID):
      if let heard = clients[index].heard[note], heard != position {
        problems.append("\(index) joined \(note.text) again with a gap")
      }
      clients[index].heard[note] = position
      answered(requestID, index)
    case .noteUpdateSuccess(let note, let text, _, let position, let requestID):
      if clients[index].heard[note] != nil { follow(note, position, text, index) }
      if !accepted.contains(text) { problems.append("\(index) was told of no update") }
      answered(requestID, index)
    case .noteSync(let note, _, let text, _, _, let position):
      syncCount += 1
      follow(note, position, text, index)
    case .noteCreatedSuccess(let text, _, let requestID):
      if !accepted.contains(text) { problems.append("\(index) was told of no creation") }
      answered(requestID, index)
    case .noteCreatedSync(let text, _, _):
      if !accepted.contains(text) { problems.append("\(index) heard of no creation") }
    case .noteDeletedSync(let note, _, _):
      if !deleted.contains(.note(note)) { problems.append("\(index) heard of no deletion") }
    case .noteLeft(_, let requestID), .noteDeletedSuccess(_, _, let requestID),
      .pong(_, let requestID):
      answered(requestID, index)
    case .authFailed(_, let requestID), .authSuccess(_, _, _, let requestID):
      if requestID != nil { answered(requestID, index) }
    case .folderCreatedSuccess, .folderUpdatedSuccess, .folderDeletedSuccess, .folderCreatedSync,
      .folderUpdatedSync, .folderDeletedSync:
      problems.append("\(index) heard of a folder")
    case .error(let report): answered(report.requestID, index)
    }
  }

  private func answered(_ requestID: RequestID?, _ index: Int) {
    guard let requestID, clients[index].unanswered.remove(requestID) != nil else {
      return problems.append("\(index) was answered what it does not wait for")
    }
  }

  private func follow(_ note: NoteID, _ position: NotePosition, _ text: JSONText, _ index: Int) {
    let known = history[note, default: [:]][position] ?? text
    guard let heard = clients[index].heard[note], heard.epoch == position.epoch,
      heard.sequence + 1 == position.sequence, known == text, accepted.contains(text)
    else { return problems.append("\(index) heard \(position) of \(note.text)") }
    clients[index].heard[note] = position
    history[note, default: [:]][position] = text
  }
}
