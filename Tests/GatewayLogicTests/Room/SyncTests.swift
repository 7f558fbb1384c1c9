import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROTOCOL.md, "What is persisted, and who hears of it", 4: which message, to whom.
struct SyncTests {
  private static let updated = Announcement.updated(
    changes: changes, to: answer, at: later, position(1), by: author(1))
  private static let created = Announcement.created(answer, at: later, by: author(1))
  private static let deleted = Announcement.deleted(at: later, by: author(1))
  private static let gone = Announcement.alreadyDeleted(at: later, by: author(1))
  private static let folder = FolderID.named("box")

  @Test(arguments: [
    (updated, NoteSyncAudience.room, Audience.room(red)),
    (updated, .user, .userAndRoom(ada, red)), (created, .room, .user(ada)),
    (created, .user, .user(ada)), (deleted, .room, .userAndDissolvedRoom(ada, red)),
    (gone, .room, .user(ada)), (gone, .user, .user(ada)),
  ])
  func `each announcement of a note has its audience`(
    announcement: Announcement, rule: NoteSyncAudience, audience: Audience
  ) {
    let sync = Sync(announcement, of: .note(red), to: rule)
    #expect(sync.audience == audience)
    #expect(sync.author == author(1))
  }

  @Test(arguments: [
    (
      updated, Resource.note(red),
      GatewayMessage.noteSync(
        red, changes: changes, updatedNote: answer, at: later, from: ada, position(1))
    ),
    (created, .note(red), .noteCreatedSync(noteData: answer, at: later, from: ada)),
    (deleted, .note(red), .noteDeletedSync(red, at: later, from: ada)),
    (gone, .note(red), .noteDeletedSync(red, at: later, from: ada)),
    (
      updated, box,
      .folderUpdatedSync(folder, changes: changes, updatedFolder: answer, at: later, from: ada)
    ),
    (created, box, .folderCreatedSync(folderData: answer, at: later, from: ada)),
    (deleted, box, .folderDeletedSync(folder, at: later, from: ada)),
    (gone, box, .folderDeletedSync(folder, at: later, from: ada)),
  ])
  func `each announcement has its message`(
    announcement: Announcement, resource: Resource, message: GatewayMessage
  ) {
    #expect(Sync(announcement, of: resource, to: .room).message == message)
  }

  @Test(arguments: [updated, created, deleted, gone])
  func `folders are the user's own`(announcement: Announcement) {
    #expect(Sync(announcement, of: box, to: .room).audience == .user(ada))
  }

  @Test func `a room is on the workers that have members, a user may be on all`() {
    let room = Sync(Self.updated, of: .note(red), to: .room)
    #expect(room.workers(ofRoom: [2], all: 0..<4) == [2])
    #expect(room.workers(ofRoom: [], all: 0..<4) == [])
    let user = Sync(Self.updated, of: .note(red), to: .user)
    #expect(user.workers(ofRoom: [2], all: 0..<4) == [0, 1, 2, 3])
  }
}
