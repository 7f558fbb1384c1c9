import GatewayConfiguration
import GatewayLogic
import GatewayTypes
import GatewayWire

/// What others hear of an accepted write: which message, and who.
extension Worker {
  /// `roomWorkers` are those that may have members of the note's room.
  func announce(_ announcement: Announcement, of resource: Resource, roomWorkers: [UInt16]) {
    switch resource {
    case .note(let note): announce(announcement, of: note, roomWorkers)
    case .folder(let folder): announce(announcement, of: folder)
    }
  }

  private func announce(
    _ announcement: Announcement, of note: NoteID, _ roomWorkers: [UInt16]
  ) {
    switch announcement {
    case .updated(changes: let changes, to: let updated, at: let time, let position, let author):
      let heard = changes.adding(members: setup.syncs.changesInclude, from: updated)
      let sync = GatewayMessage.noteSync(
        note, changes: heard, updatedNote: updated, at: time, from: author.user, position)
      switch setup.syncs.noteAudience {
      case .room:
        broadcast(sync, to: .room(note), by: author, on: roomWorkers)
      case .user:
        broadcast(sync, to: .userAndRoom(author.user, note), by: author, on: allWorkers)
      }
    case .created(let created, at: let time, by: let author):
      let sync = GatewayMessage.noteCreatedSync(noteData: created, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers)
    case .deleted(at: let time, by: let author):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: author.user)
      let audience = Broadcast.Audience.userAndDissolvedRoom(author.user, note)
      broadcast(sync, to: audience, by: author, on: allWorkers)
    case .alreadyDeleted(at: let time, by: let author):
      let sync = GatewayMessage.noteDeletedSync(note, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers)
    }
  }

  private func announce(_ announcement: Announcement, of folder: FolderID) {
    switch announcement {
    case .updated(changes: let changes, to: let updated, at: let time, _, by: let author):
      let sync = GatewayMessage.folderUpdatedSync(
        folder, changes: changes, updatedFolder: updated, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers)
    case .created(let created, at: let time, by: let author):
      let sync = GatewayMessage.folderCreatedSync(
        folderData: created, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers)
    case .deleted(at: let time, by: let author), .alreadyDeleted(at: let time, by: let author):
      let sync = GatewayMessage.folderDeletedSync(folder, at: time, from: author.user)
      broadcast(sync, to: .user(author.user), by: author, on: allWorkers)
    }
  }

  private var allWorkers: [UInt16] { peers.map(\.index) }

  /// Encodes a message once and hands it to the workers that may have somebody who hears it.
  private func broadcast(
    _ message: GatewayMessage, to audience: Broadcast.Audience, by author: Author,
    on workers: [UInt16]
  ) {
    guard !workers.isEmpty else { return }
    let broadcast = Broadcast(
      frame: GatewayMessageEncoder.frame(of: message), audience: audience,
      author: author)
    for worker in workers { post(.broadcast(broadcast), to: worker) }
  }
}
