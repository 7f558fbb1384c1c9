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
    case .updated(changes: let changes, to: let updated, at: let time, let position, let author):
      let sync = GatewayMessage.noteSync(
        note, changes: changes, updatedNote: updated, at: time, from: author.user, position)
      if world.conditions.syncsGoToUser {
        let audience = Broadcast.Audience.userAndRoom(author.user, note)
        broadcast(sync, to: audience, by: author, on: allWorkers, number)
      } else {
        broadcast(sync, to: .room(note), by: author, on: roomWorkers, number)
      }
    case .created(let created, at: let time, by: let author):
      let sync = GatewayMessage.noteCreatedSync(noteData: created, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers, number)
    case .deleted(at: let time, by: let author):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: author.user)
      let audience = Broadcast.Audience.userAndDissolvedRoom(author.user, note)
      broadcast(sync, to: audience, by: author, on: allWorkers, number)
    case .alreadyDeleted(at: let time, by: let author):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers, number)
    }
  }

  private func announce(_ announcement: Announcement, of folder: FolderID, _ number: Int) {
    switch announcement {
    case .updated(changes: let changes, to: let updated, at: let time, _, by: let author):
      let sync = GatewayMessage.folderUpdatedSync(
        folder, changes: changes, updatedFolder: updated, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers, number)
    case .created(let created, at: let time, by: let author):
      let sync = GatewayMessage.folderCreatedSync(
        folderData: created, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers, number)
    case .deleted(at: let time, by: let author), .alreadyDeleted(at: let time, by: let author):
      let sync = GatewayMessage.folderDeletedSync(folder, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers, number)
    }
  }

  private var allWorkers: [Int] { Array(world.workers.indices) }

  private func broadcast(
    _ message: GatewayMessage, to audience: Broadcast.Audience, by author: Author,
    on workers: [Int], _ number: Int
  ) {
    let broadcast = Broadcast(
      message: message, audience: audience, exception: author.connection, announcement: number)
    for worker in workers { post(.broadcast(broadcast), to: worker) }
  }
}
