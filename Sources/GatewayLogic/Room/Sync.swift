package import GatewayTypes

/// Who hears of an accepted write.
package enum Audience: Hashable, Sendable {
  case room(NoteID)
  case user(UserID)
  /// Both, each connection once.
  case userAndRoom(UserID, NoteID)
  /// The same; the room is no more afterwards.
  case userAndDissolvedRoom(UserID, NoteID)
}

/// What others hear of an accepted write, and who they are.
/// Source: PROTOCOL.md, "What is persisted, and who hears of it".
package struct Sync: Hashable, Sendable {
  package let message: GatewayMessage
  package let audience: Audience
  /// The connection that it names hears nothing: it gets, or got, the answer.
  package let author: Author

  /// `noteAudience` is `websocket.note_sync_audience`.
  package init(
    _ announcement: Announcement, of resource: Resource, to noteAudience: NoteSyncAudience
  ) {
    author = announcement.author
    switch resource {
    case .note(let note):
      message = Sync.message(announcement, of: note)
      audience = Sync.audience(of: announcement, note, noteAudience)
    case .folder(let folder):
      message = Sync.message(announcement, of: folder)
      audience = .user(author.devicesOf)
    }
  }

  /// The workers that may have somebody who hears it: `roomWorkers` have members of the note's
  /// room, and a user may be anywhere among `all`.
  package func workers(ofRoom roomWorkers: [UInt16], all: Range<UInt16>) -> [UInt16] {
    if case .room = audience { roomWorkers } else { Array(all) }
  }

  private static func audience(
    of announcement: Announcement, _ note: NoteID, _ noteAudience: NoteSyncAudience
  ) -> Audience {
    switch (announcement, noteAudience) {
    case (.updated, .room): .room(note)
    case (.updated(_, to: _, at: _, _, by: let author), .user): .userAndRoom(author.devicesOf, note)
    case (.created(_, at: _, by: let author), _): .user(author.devicesOf)
    case (.deleted(at: _, by: let author), _): .userAndDissolvedRoom(author.devicesOf, note)
    case (.alreadyDeleted(at: _, by: let author), _): .user(author.devicesOf)
    }
  }

  private static func message(
    _ announcement: Announcement, of note: NoteID
  ) -> GatewayMessage {
    switch announcement {
    case .updated(changes: let changes, to: let updated, at: let time, let position, let author):
      .noteSync(
        note, changes: changes, updatedNote: updated, at: time, from: author.user, position)
    case .created(let created, at: let time, by: let author):
      .noteCreatedSync(noteData: created, at: time, from: author.user)
    case .deleted(at: let time, by: let author), .alreadyDeleted(at: let time, by: let author):
      .noteDeletedSync(note, at: time, from: author.user)
    }
  }

  private static func message(
    _ announcement: Announcement, of folder: FolderID
  ) -> GatewayMessage {
    switch announcement {
    case .updated(changes: let changes, to: let updated, at: let time, _, by: let author):
      .folderUpdatedSync(
        folder, changes: changes, updatedFolder: updated, at: time, from: author.user)
    case .created(let created, at: let time, by: let author):
      .folderCreatedSync(folderData: created, at: time, from: author.user)
    case .deleted(at: let time, by: let author), .alreadyDeleted(at: let time, by: let author):
      .folderDeletedSync(folder, at: time, from: author.user)
    }
  }
}

extension Announcement {
  fileprivate var author: Author {
    switch self {
    case .updated(_, to: _, at: _, _, by: let author), .created(_, at: _, by: let author),
      .deleted(at: _, by: let author), .alreadyDeleted(at: _, by: let author):
      author
    }
  }
}

extension Author {
  /// The slot of the connection that hears nothing. `session` is what this worker has under the
  /// name of `connection`, nil if it has none: anybody can name one beside a request of their own.
  package func exceptedSlot(of session: Session?) -> UInt32? {
    guard let connection, let session, session.connection == connection, session.user == user
    else { return nil }
    return connection.slot
  }
}
