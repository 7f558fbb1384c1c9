import GatewayLogic
import GatewayTesting
import GatewayTypes

/// Clients on two workers with their mailboxes, the first of which is home to all notes, and what
/// the upstream has yet to answer. It runs effects as a worker does, and keeps what is to be
/// checked.
final class World {
  typealias Job = (World) -> Void

  struct Client {
    var session: Session
    let id: ConnectionID
    var wakeAt: MonotonicTime?
    var isOpen = true
    var unanswered: Set<RequestID> = []
    /// Where it stands in the notes it has joined.
    var heard: [NoteID: NotePosition] = [:]
  }

  var problems: [String] = []
  var syncCount = 0
  var random: SeededRandom
  var clock = ManualClock()
  var clients: [Client] = []
  var members = [RoomMembers(), RoomMembers()]
  var users = [UserConnections(), UserConnections()]
  var home = Home(
    rules: Home.Rules(
      lanes: WriteLane.Rules(waitingCountMax: 3), accessLifetime: .seconds(5),
      idleLifetime: .seconds(20),
      idleCountMax: 1))
  var toHome = [FIFO<Job>(), FIFO<Job>()]
  var toWorker = [FIFO<Job>(), FIFO<Job>()]
  /// What the upstream has yet to answer.
  var asked: [Job] = []
  var number: UInt64 = 0
  /// What the upstream has said yes to, and what stands at each place of a note's history.
  var accepted: Set<JSONText> = []
  var deleted: Set<Resource> = []
  var history: [NoteID: [NotePosition: JSONText]] = [:]
  var latest: [NoteID: NotePosition] = [:]

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    for index in 0..<6 { connect(index) }
  }

  func connect(_ index: Int) {
    number += 1
    let id = ConnectionID(
      worker: UInt16(index % 2), slot: UInt32(index), generation: UInt32(number), nonce: number)
    let rules = SessionRules(limits: Limits(roomsPerConnection: 2, earlyMessageCountMax: 3))
    var effects: [SessionEffect] = []
    let session = Session(connection: id, rules: rules, at: clock.now, into: &effects)
    if index == clients.count {
      clients.append(Client(session: session, id: id))
    } else {
      clients[index] = Client(session: session, id: id)
    }
    drive(index) { $1 = effects }
  }

  func verify(_ user: UserID, _ requestID: RequestID?, _ seconds: Int, _ index: Int) {
    let (now, wallNow) = (clock.now, clock.wallNow)
    drive(index) {
      $0.verified(
        user, token, expiresAt: wallNow + .seconds(seconds), requestID: requestID, now: now,
        wallNow: wallNow, clockSkew: .zero, into: &$1)
    }
  }

  // MARK: What workers do

  func drive(_ index: Int, _ event: (inout Session, inout [SessionEffect]) -> Void) {
    let (id, worker, slot) = (clients[index].id, index % 2, UInt32(index))
    var effects: [SessionEffect] = []
    event(&clients[index].session, &effects)
    for effect in effects {
      switch effect {
      case .send(let message): hear(message, index)
      case .identified(let user): users[worker].insert(slot, for: user)
      case .wake(at: let time): clients[index].wakeAt = time
      case .close: close(index)
      case .enter(let note): handBack(members[worker].admitted(slot, to: note), note, worker)
      case .leave(let note): leave(note, index)
      case .verify(_, let requestID): asked.append { $0.judge(requestID, id) }
      case .join(let request):
        toHome[worker].append { $0.atHome { $0.join(request, newEpoch: $1, at: $2, into: &$3) } }
      case .write(let write):
        if write.writer.connection != id { problems.append("\(index) writes for another") }
        toHome[worker].append { $0.atHome { $0.submit(write, newEpoch: $1, at: $2, into: &$3) } }
      case .expired(let resource):
        toHome[worker].append { $0.atHome { $0.expired(resource, of: id, at: $2, into: &$3) } }
      case .renewed(let resource, let token):
        toHome[worker].append {
          $0.atHome { $0.renewed(resource, by: id, token, at: $2, into: &$3) }
        }
      case .withdrawn(let resource):
        toHome[worker].append { $0.atHome { $0.withdrawn(resource, by: id, at: $2, into: &$3) } }
      }
    }
  }

  func close(_ index: Int) {
    drive(index) { $0.lost(into: &$1) }
    let session = clients[index].session
    clients[index].isOpen = false
    for note in session.rooms { leave(note, index) }
    if let user = session.user { users[index % 2].remove(UInt32(index), of: user) }
  }

  private func leave(_ note: NoteID, _ index: Int) {
    clients[index].heard[note] = nil
    handBack(members[index % 2].leave(UInt32(index), note), note, index % 2)
  }

  private func handBack(_ grants: Int?, _ note: NoteID, _ worker: Int) {
    guard let grants else { return }
    toHome[worker].append {
      $0.atHome { $0.emptied(note, on: UInt16(worker), grantCount: grants, at: $2, into: &$3) }
    }
  }

  /// The client of a connection, unless it has gone.
  private func index(of id: ConnectionID) -> Int? {
    clients.firstIndex { $0.id == id && $0.isOpen }
  }

  private func judge(_ requestID: RequestID?, _ id: ConnectionID) {
    guard let index = index(of: id) else { return }
    if random.happens(percent: 20) {
      drive(index) { $0.authenticationFailed(.failed, requestID: requestID, into: &$1) }
    } else {
      let user = (index < 4) != random.happens(percent: 10) ? ada : bob
      verify(user, requestID, Int.random(in: 1..<20, using: &random), index)
    }
  }

  private func decided(_ request: JoinRequest, _ result: JoinResult) {
    let index = index(of: request.connection)
    let isMember = index.map { clients[$0].session.rooms.contains(request.note) } ?? true
    if case .admitted = result, isMember {
      let worker = Int(request.connection.worker)
      handBack(members[worker].admitted(nil, to: request.note), request.note, worker)
    }
    guard let index else { return }
    drive(index) {
      $0.joinAnswered(result, to: request.operation, into: &$1)
    }
  }

  private func announced(
    _ announcement: Announcement, of note: NoteID, on worker: Int, isInRoom: Bool
  ) {
    let room = members[worker].slots(of: note).map(Int.init)
    if !isInRoom, !room.isEmpty { problems.append("the room has forgotten worker \(worker)") }
    func devices(_ writer: Writer) -> [Int] { users[worker].slots(of: writer.user).map(Int.init) }
    func tell(_ listeners: [Int], _ message: GatewayMessage, but writer: Writer) {
      for index in Set(listeners).sorted() where clients[index].id != writer.connection {
        hear(message, index)
      }
    }
    switch announcement {
    case .updated(let changes, let text, let time, let position, let by):
      let sync = GatewayMessage.noteSync(
        note, changes: changes, updatedNote: text, at: time, from: by.user, position)
      tell(room, sync, but: by)
    case .created(let text, let time, let by):
      tell(devices(by), .noteCreatedSync(noteData: text, at: time, from: by.user), but: by)
    case .deleted(let time, let by):
      tell(room + devices(by), .noteDeletedSync(note, at: time, from: by.user), but: by)
      for index in room where clients[index].session.roomDissolved(note) { leave(note, index) }
    case .alreadyDeleted(let time, let by):
      tell(devices(by), .noteDeletedSync(note, at: time, from: by.user), but: by)
    }
  }

  // MARK: What the home does

  func atHome(
    _ event: (inout Home, Epoch, MonotonicTime, inout [HomeEffect]) -> Void
  ) {
    number += 1
    var effects: [HomeEffect] = []
    event(&home, Epoch(number: number), clock.now, &effects)
    for effect in effects {
      switch effect {
      case .request(let step, for: let write):
        asked.append { world in
          let (reply, wallNow) = (world.reply(to: step, write.resource), world.clock.wallNow)
          world.atHome {
            $0.writeAnswered(reply, of: write.resource, at: $2, wallNow: wallNow, into: &$3)
          }
        }
      case .check(let request):
        asked.append { world in
          let reply = world.reply(to: .look, .note(request.note))
          world.atHome { $0.checkAnswered(reply, to: request, at: $2, into: &$3) }
        }
      case .answerWriter(let writer, let result):
        toWorker[Int(writer.connection.worker)].append { world in
          guard let index = world.index(of: writer.connection) else { return }
          world.drive(index) { $0.writeAnswered(result, to: writer.operation, into: &$1) }
        }
      case .answerJoiner(let request, let result):
        toWorker[Int(request.connection.worker)].append { $0.decided(request, result) }
      case .aside(let writer, of: let resource, isRefused: let isRefused):
        toWorker[Int(writer.connection.worker)].append { world in
          guard let index = world.index(of: writer.connection) else { return }
          let now = world.clock.now
          world.drive(index) {
            $0.setAside(
              writer.operation, of: resource, token: writer.token, isRefused: isRefused, at: now,
              into: &$1)
          }
        }
      case .announce(let announcement, of: .note(let note), roomWorkers: let workers):
        announce(announcement, of: note, workers)
      case .announce: break
      }
    }
  }

  private func announce(_ announcement: Announcement, of note: NoteID, _ workers: [UInt16]) {
    var isForDevices = true
    if case .updated(_, _, _, let position, _) = announcement {
      latest[note] = position
      isForDevices = false
    }
    for worker in 0...1 {
      let isInRoom = workers.contains(UInt16(worker))
      guard isInRoom || isForDevices else { continue }
      toWorker[worker].append {
        $0.announced(announcement, of: note, on: worker, isInRoom: isInRoom)
      }
    }
  }

  private func reply(to step: UpstreamStep, _ note: Resource) -> UpstreamReply {
    guard random.happens(percent: 80) else {
      let code = [403, 404, 409, 500, 0].randomElement(using: &random) ?? 0
      if code == 404, step == .delete { deleted.insert(note) }
      return code == 0 ? .failed(.timedOut(mayHaveBeenSent: true)) : status(code)
    }
    if step == .delete {
      deleted.insert(note)
      return status(204)
    }
    number += 1
    accepted.insert(.of("\(number)"))
    return .answered(status: 200, json: .of("\(number)"), message: nil)
  }
}
