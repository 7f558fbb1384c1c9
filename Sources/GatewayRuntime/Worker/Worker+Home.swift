import GatewayLogic
import GatewayLoop
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// The notes whose home is this worker: their writes, their readers, and the upstream's answers.
extension Worker {
  func submit(_ write: Write) {
    home.submit(write, newEpoch: nextEpoch(), at: SystemClock.monotonic, into: &homeEffects)
    runHomeEffects()
  }

  func join(_ request: JoinRequest) {
    home.join(request, newEpoch: nextEpoch(), at: SystemClock.monotonic, into: &homeEffects)
    runHomeEffects()
  }

  /// Does what the home wants, in order. None of it comes back before it has returned.
  private func runHomeEffects() {
    for effect in homeEffects { run(effect) }
    homeEffects.removeAll(keepingCapacity: true)
  }

  private func run(_ effect: HomeEffect) {
    switch effect {
    case .request(let step, for: let write):
      let request = setup.routes.request(step, for: write)
      upstream.send(request) { [unowned self] outcome in
        home.writeAnswered(
          UpstreamReply(outcome), of: write.note, at: SystemClock.monotonic,
          wallNow: SystemClock.wall, into: &homeEffects)
        runHomeEffects()
        settle()
      }
    case .check(let join):
      upstream.send(setup.routes.look(at: join.note, as: join.token)) { [unowned self] outcome in
        home.checkAnswered(
          UpstreamReply(outcome), to: join, at: SystemClock.monotonic, into: &homeEffects)
        runHomeEffects()
        settle()
      }
    case .answerWriter(let writer, let result):
      logFailure(of: writer, result)
      post(.writeAnswered(writer, result), to: writer.connection.worker)
    case .answerJoiner(let request, let result):
      post(.joinAnswered(request, result), to: request.connection.worker)
    case .announce(let announcement, of: let note, roomWorkers: let roomWorkers):
      announce(announcement, of: note, roomWorkers: roomWorkers)
    }
  }

  private func logFailure(of writer: Writer, _ result: WriteResult) {
    guard case .refused(let report) = result else { return }
    log.debug(
      "write refused",
      [
        .connection: writer.connection, .code: report.code.rawValue,
        .upstreamStatus: report.status.map(String.init) ?? "",
      ])
  }

  private func announce(
    _ announcement: Announcement, of note: NoteID, roomWorkers: [UInt16]
  ) {
    switch announcement {
    case .updated(
      changes: let changes, updatedNote: let updated, at: let time, let position, by: let writer):
      let sync = GatewayMessage.noteSync(
        note, changes: changes, updatedNote: updated, at: time, from: writer.user, position)
      broadcast(sync, to: .room(note), by: writer, on: roomWorkers)
    case .created(noteData: let created, at: let time, by: let writer):
      let sync = GatewayMessage.noteCreatedSync(noteData: created, at: time, from: writer.user)
      broadcast(sync, to: .user(writer.user), by: writer, on: allWorkers)
    case .deleted(at: let time, by: let writer):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: writer.user)
      let audience = Broadcast.Audience.userAndDissolvedRoom(writer.user, note)
      broadcast(sync, to: audience, by: writer, on: allWorkers)
    case .alreadyDeleted(at: let time, by: let writer):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: writer.user)
      broadcast(sync, to: .user(writer.user), by: writer, on: allWorkers)
    }
  }

  private var allWorkers: [UInt16] { peers.map(\.index) }

  /// Encodes a message once and hands it to the workers that may have somebody who hears it.
  private func broadcast(
    _ message: GatewayMessage, to audience: Broadcast.Audience, by writer: Writer,
    on workers: [UInt16]
  ) {
    guard !workers.isEmpty else { return }
    let broadcast = Broadcast(
      frame: GatewayMessageEncoder.frame(of: message), audience: audience,
      exception: writer.connection)
    for worker in workers { post(.broadcast(broadcast), to: worker) }
  }
}
