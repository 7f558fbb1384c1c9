import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

struct RoomMembersTests {
  private var members = RoomMembers()

  @Test mutating func `a room has the members that were admitted`() {
    #expect(members.slots(of: red) == [])
    #expect(members.admitted(4, to: red) == nil)
    #expect(members.admitted(2, to: red) == nil)
    #expect(members.admitted(2, to: blue) == nil)
    #expect(members.slots(of: red) == [4, 2])
    #expect(members.slots(of: blue) == [2])
    #expect(members.roomCount == 2)
  }

  @Test mutating func `the last to leave hands back all grants that arrived`() {
    _ = members.admitted(1, to: red)
    _ = members.admitted(2, to: red)
    #expect(members.admitted(nil, to: red) == nil)
    #expect(members.leave(1, red) == nil)
    #expect(members.leave(2, red) == 3)
    #expect(members.roomCount == 0)
    _ = members.admitted(5, to: red)
    #expect(members.leave(5, red) == 1)
  }

  @Test mutating func `an admission for who has gone is handed back at once in an empty room`() {
    #expect(members.admitted(nil, to: red) == 1)
    #expect(members.roomCount == 0)
  }

  @Test mutating func `who is not in does not leave`() {
    #expect(members.leave(1, red) == nil)
    _ = members.admitted(1, to: red)
    #expect(members.leave(2, red) == nil)
    #expect(members.slots(of: red) == [1])
  }

  @Test func `an admission on its way is not overlooked`() {
    var (test, members) = (Room(accessLifetime: .seconds(30)), RoomMembers())
    let now = ManualClock().now
    func admit(_ number: UInt64) {
      let request = joining(red, ada, worker: 1, number)
      _ = effects { test.join(request, at: now, current: position(0), into: &$0) }
      _ = effects { test.checked(request, yes, at: now, current: position(0), into: &$0) }
    }
    admit(1)
    _ = members.admitted(1, to: red)
    // The second admission is under way to the worker while its first member leaves.
    admit(2)
    test.emptied(on: 1, grantCount: members.leave(1, red) ?? 0)
    #expect(test.workers == [1])
    _ = members.admitted(2, to: red)
    test.emptied(on: 1, grantCount: members.leave(2, red) ?? 0)
    #expect(test.isEmpty)
  }

  @Test func `a dissolved room gives everybody back, and its grants, once`() {
    var members = RoomMembers()
    for slot in [1, 2, 3] as [UInt32] { _ = members.admitted(slot, to: red) }
    _ = members.admitted(nil, to: red)
    _ = members.leave(2, red)
    let dissolved = members.dissolve(red)
    #expect(dissolved.map { $0.slots.sorted() } == [1, 3])
    #expect(dissolved?.grantCount == 4)
    #expect(members.slots(of: red).isEmpty)
    #expect(members.dissolve(red) == nil)
    #expect(members.leave(1, red) == nil)
  }
}
