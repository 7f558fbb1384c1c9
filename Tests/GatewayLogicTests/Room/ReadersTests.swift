import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

/// PROTOCOL.md, "What is persisted, and who hears of it", 3 and 4, on one worker.
struct ReadersTests {
  private var readers = Readers(worker: 3)

  private mutating func join(_ slot: UInt32, isEntering: Bool = true) -> HomeMessage? {
    readers.joinAnswered(
      .admitted(position(0)), to: joining(red, ada, worker: 3, UInt64(slot)),
      isEntering: isEntering)
  }

  private mutating func slots(_ audience: Audience) -> [UInt32] {
    Array(readers.reached(by: audience).slots)
  }

  @Test mutating func `those in the room hear, and those of the user, each once`() {
    _ = join(1)
    _ = join(2)
    readers.identified(2, as: ada)
    readers.identified(4, as: ada)
    #expect(slots(.room(red)) == [1, 2])
    #expect(slots(.user(ada)) == [2, 4])
    #expect(slots(.userAndRoom(ada, red)) == [1, 2, 4])
    #expect(slots(.userAndRoom(ada, blue)) == [2, 4])
    #expect(slots(.user(bob)) == [])
  }

  @Test mutating func `a room that is dissolved is heard once more, and its grants go back`() {
    _ = join(1)
    readers.identified(4, as: ada)
    let reached = readers.reached(by: .userAndDissolvedRoom(ada, red))
    #expect(reached.slots == [1, 4])
    #expect(reached.dissolved == [1])
    #expect(reached.message == .emptied(red, worker: 3, grantCount: 1))
    let again = readers.reached(by: .userAndDissolvedRoom(ada, red))
    #expect(again.slots == [4])
    #expect(again.dissolved == [])
    #expect(again.message == nil)
  }

  @Test mutating func `an admission of nobody hands its grant back`() {
    #expect(join(1, isEntering: false) == .emptied(red, worker: 3, grantCount: 1))
    _ = join(1)
    #expect(join(1, isEntering: false) == nil)
    #expect(readers.leave(red, 1) == .emptied(red, worker: 3, grantCount: 2))
    let refusal = JoinResult.refused(ErrorReport(.notFound))
    #expect(readers.joinAnswered(refusal, to: joining(), isEntering: false) == nil)
    #expect(readers.roomCount == 0)
  }

  @Test mutating func `who has gone hears of nothing`() {
    let conversation = Conversation.authenticated()
    conversation.enter(red, operation: 1)
    let slot = conversation.session.connection.slot
    readers.identified(slot, as: ada)
    _ = join(slot)
    var messages: [HomeMessage] = []
    readers.leaveEverything(conversation.session, into: &messages)
    #expect(messages == [.emptied(red, worker: 3, grantCount: 1)])
    #expect(readers.roomCount == 0)
    #expect(readers.userCount == 0)
    readers.leaveEverything(conversation.session, into: &messages)
    #expect(messages.count == 1)
  }

  @Test func `a connection is left out by its own user only`() {
    let stranger = Conversation().session
    let session = Conversation.authenticated().session
    let id = session.connection
    #expect(Author(user: ada, connection: id).exceptedSlot(of: session) == id.slot)
    #expect(Author(user: ada, connection: id).exceptedSlot(of: stranger) == nil)
    #expect(Author(user: bob, connection: id).exceptedSlot(of: session) == nil)
    #expect(Author(user: ada, connection: nil).exceptedSlot(of: session) == nil)
    #expect(Author(user: ada, connection: id).exceptedSlot(of: nil) == nil)
    let other = ConnectionID.numbered(id.slot + 1)
    #expect(Author(user: ada, connection: other).exceptedSlot(of: session) == nil)
  }
}
