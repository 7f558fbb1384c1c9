import GatewayLogic
import GatewayTypes
import Testing

struct UserConnectionsTests {
  @Test func `a user has the connections that were not removed, oldest first`() {
    var connections = UserConnections()
    #expect(connections.slots(of: ada) == [])
    connections.insert(3, for: ada)
    connections.insert(1, for: ada)
    connections.insert(2, for: bob)
    #expect(connections.slots(of: ada) == [3, 1])
    connections.remove(3, of: ada)
    connections.remove(9, of: ada)
    #expect(connections.slots(of: ada) == [1])
    connections.remove(1, of: ada)
    connections.remove(1, of: ada)
    #expect(connections.slots(of: ada) == [])
    #expect(connections.slots(of: bob) == [2])
  }
}
