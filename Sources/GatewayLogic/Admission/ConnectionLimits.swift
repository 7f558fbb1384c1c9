package import GatewayTypes

/// How many connections there are, and whether there may be another one.
///
/// What the workers count together. Each connection has a ticket, and whoever has that gives it
/// back once, at the connection's end.
///
///     accept ──▶ http ──upgrade──▶ unauthenticated ──authenticate──▶ user
///                 └────────────────────┴──end──────────────────────────┘
///
/// Source: CONFIGURATION.md, `limits`.
package struct ConnectionLimits: Sendable {
  /// Which bound is reached.
  package enum Refusal: Error, Hashable, Sendable {
    case all
    case perUser
    case perAddress
    case unauthenticated
  }

  package var bounds: ConnectionBounds
  package private(set) var count = 0
  package private(set) var unauthenticatedCount = 0
  private var networks: [ClientNetwork: Int] = [:]
  private var users: [UserID: Int] = [:]

  /// WebSocket connections. Looks at every user.
  package var webSocketCount: Int { users.values.reduce(unauthenticatedCount, +) }

  package init(bounds: ConnectionBounds) {
    self.bounds = bounds
  }

  /// How many networks and users have connections: nothing is kept of others.
  package var knownCount: Int { networks.count + users.count }

  /// A connection came in. `network` is nil for what is not counted by its address.
  package mutating func accept(
    from network: ClientNetwork?
  ) throws(Refusal) -> ConnectionTicket {
    guard count < bounds.all else { throw .all }
    try enter(network)
    count += 1
    return ConnectionTicket(network: network)
  }

  /// A connection is to become a WebSocket, for a client from `network`. When that is refused, the
  /// ticket stays what it was.
  package mutating func upgrade(
    _ ticket: inout ConnectionTicket, from network: ClientNetwork?
  ) throws(Refusal) {
    guard unauthenticatedCount < bounds.unauthenticated else { throw .unauthenticated }
    if network != ticket.network {
      try enter(network)
      leave(ticket.network)
      ticket.network = network
    }
    unauthenticatedCount += 1
    ticket.standing = .unauthenticated
  }

  /// A WebSocket turns out to be `user`'s. Nothing for one whose user is known.
  package mutating func authenticate(
    _ ticket: inout ConnectionTicket, as user: UserID
  ) throws(Refusal) {
    guard case .unauthenticated = ticket.standing else { return }
    guard users[user, default: 0] < bounds.perUser else { throw .perUser }
    users[user, default: 0] += 1
    unauthenticatedCount -= 1
    ticket.standing = .user(user)
  }

  /// The end of a connection.
  package mutating func end(_ ticket: ConnectionTicket) {
    count -= 1
    leave(ticket.network)
    switch ticket.standing {
    case .http: break
    case .unauthenticated: unauthenticatedCount -= 1
    case .user(let user): users.decrement(user)
    }
  }

  private mutating func enter(_ network: ClientNetwork?) throws(Refusal) {
    guard let network else { return }
    guard networks[network, default: 0] < bounds.perAddress else { throw .perAddress }
    networks[network, default: 0] += 1
  }

  private mutating func leave(_ network: ClientNetwork?) {
    if let network { networks.decrement(network) }
  }
}

extension Dictionary where Value == Int {
  /// One fewer of `key`, of which nothing is kept when there are none.
  fileprivate mutating func decrement(_ key: Key) {
    guard let count = self[key] else { return }
    self[key] = count > 1 ? count - 1 : nil
  }
}
