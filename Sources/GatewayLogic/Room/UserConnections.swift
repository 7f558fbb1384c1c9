package import GatewayTypes

/// The authenticated connections of each user among those of one worker, by their slots.
package struct UserConnections {
  private var slotsByUser: [UserID: ContiguousArray<UInt32>] = [:]

  package init() {}

  /// Users that have a connection here.
  package var userCount: Int { slotsByUser.count }

  /// The slots of a user's connections, oldest first.
  package func slots(of user: UserID) -> ContiguousArray<UInt32> {
    slotsByUser[user] ?? []
  }

  package mutating func insert(_ slot: UInt32, for user: UserID) {
    slotsByUser[user, default: []].append(slot)
  }

  package mutating func remove(_ slot: UInt32, of user: UserID) {
    slotsByUser[user]?.removeAll { $0 == slot }
    if slotsByUser[user]?.isEmpty == true { slotsByUser[user] = nil }
  }
}
