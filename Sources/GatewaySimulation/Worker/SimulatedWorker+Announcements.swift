import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What others hear of an accepted write: which message, and who.
extension SimulatedWorker {
  /// `roomWorkers` are those that may have members of the note's room.
  func announce(_ announcement: Announcement, of resource: Resource, roomWorkers: [Int]) {
    let number = world.checker.announced(announcement, of: resource)
    switch resource {
    case .note(let note): announce(announcement, of: note, roomWorkers, number)
    case .folder(let folder): announce(announcement, of: folder, number)
    }
  }

  private func announce(
    _ announcement: Announcement, of note: NoteID, _ roomWorkers: [Int], _ number: Int
  ) {
    switch announcement {
    case .updated(changes: let changes, to: let updated, at: let time, let position, let writer):
      let sync = GatewayMessage.noteSync(
        note, changes: changes, updatedNote: updated, at: time, from: writer.user, position)
      if world.conditions.syncsGoToUser {
        let audience = Broadcast.Audience.userAndRoom(writer.user, note)
        broadcast(sync, to: audience, by: writer, on: allWorkers, number)
      } else {
        broadcast(sync, to: .room(note), by: writer, on: roomWorkers, number)
      }
    case .created(let created, at: let time, by: let writer):
      let sync = GatewayMessage.noteCreatedSync(noteData: created, at: time, from: writer.user)
      broadcast(sync, to: .user(writer.user), by: writer, on: allWorkers, number)
    case .deleted(at: let time, by: let writer):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: writer.user)
      let audience = Broadcast.Audience.userAndDissolvedRoom(writer.user, note)
      broadcast(sync, to: audience, by: writer, on: allWorkers, number)
    case .alreadyDeleted(at: let time, by: let writer):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: writer.user)
      broadcast(sync, to: .user(writer.user), by: writer, on: allWorkers, number)
    }
  }

  private func announce(_ announcement: Announcement, of folder: FolderID, _ number: Int) {
    switch announcement {
    case .updated(changes: let changes, to: let updated, at: let time, _, by: let writer):
      let sync = GatewayMessage.folderUpdatedSync(
        folder, changes: changes, updatedFolder: updated, at: time, from: writer.user)
      broadcast(sync, to: .user(writer.user), by: writer, on: allWorkers, number)
    case .created(let created, at: let time, by: let writer):
      let sync = GatewayMessage.folderCreatedSync(
        folderData: created, at: time, from: writer.user)
      broadcast(sync, to: .user(writer.user), by: writer, on: allWorkers, number)
    case .deleted(at: let time, by: let writer), .alreadyDeleted(at: let time, by: let writer):
      let sync = GatewayMessage.folderDeletedSync(folder, at: time, from: writer.user)
      broadcast(sync, to: .user(writer.user), by: writer, on: allWorkers, number)
    }
  }

  private var allWorkers: [Int] { Array(world.workers.indices) }

  private func broadcast(
    _ message: GatewayMessage, to audience: Broadcast.Audience, by writer: Writer,
    on workers: [Int], _ number: Int
  ) {
    let broadcast = Broadcast(
      message: message, audience: audience, exception: writer.connection, announcement: number)
    for worker in workers { post(.broadcast(broadcast), to: worker) }
  }
}
