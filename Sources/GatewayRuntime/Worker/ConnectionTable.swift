import GatewayLogic
import GatewayTransport
import GatewayTypes

/// What a worker knows of each of its connections, by slot.
struct ConnectionTable {
  struct Connection {
    let id: ConnectionID
    let client: PeerAddress
    /// What it counts as.
    var ticket: ConnectionTicket
    let openedAt: MonotonicTime
    var session: Session
    var receivedCount = 0
    /// When the session wants to be woken, and the time of its entry in the deadline queue.
    fileprivate var wakeAt: MonotonicTime?
    fileprivate var queuedWake: MonotonicTime?

    init(
      id: ConnectionID, client: PeerAddress, ticket: ConnectionTicket, openedAt: MonotonicTime,
      session: Session
    ) {
      self.id = id
      self.client = client
      self.ticket = ticket
      self.openedAt = openedAt
      self.session = session
    }
  }

  private var slots: ContiguousArray<Connection?> = []
  private(set) var count = 0

  /// The connections that are open, by slot.
  var ids: [ConnectionID] { slots.compactMap { $0?.id } }

  /// The connection `id`, nil when it is not open any more.
  subscript(id: ConnectionID) -> Connection? {
    let slot = Int(id.slot)
    guard slot < slots.count, let connection = slots[slot], connection.id == id else {
      return nil
    }
    return connection
  }

  /// The connection in `slot`, nil when there is none.
  subscript(slot slot: UInt32) -> Connection? {
    Int(slot) < slots.count ? slots[Int(slot)] : nil
  }

  mutating func insert(_ connection: Connection) {
    let slot = Int(connection.id.slot)
    while slots.count <= slot { slots.append(nil) }
    if slots[slot] == nil { count += 1 }
    slots[slot] = connection
  }

  mutating func remove(_ id: ConnectionID) -> Connection? {
    guard let connection = self[id] else { return nil }
    slots[Int(id.slot)] = nil
    count -= 1
    return connection
  }

  /// Changes a connection in place; nil when it is not open any more.
  mutating func update<Result>(
    _ id: ConnectionID, _ change: (inout Connection) -> Result
  ) -> Result? {
    let slot = Int(id.slot)
    guard slot < slots.count, var connection = slots[slot], connection.id == id else {
      return nil
    }
    // Moved out and back: with a second reference to its arrays they would be copied.
    slots[slot] = nil
    defer { slots[slot] = connection }
    return change(&connection)
  }

  /// Notes when a session wants to be woken. Returns whether it needs an entry in the deadline
  /// queue at that time: one that comes earlier than its entry there, which otherwise looks again.
  mutating func setWake(of id: ConnectionID, at time: MonotonicTime) -> Bool {
    update(id) { connection in
      connection.wakeAt = time
      if let queued = connection.queuedWake, queued <= time { return false }
      connection.queuedWake = time
      return true
    } ?? false
  }

  /// An entry of the deadline queue has come up: when the session really wants to be woken.
  mutating func takeWake(of id: ConnectionID) -> MonotonicTime? {
    update(id) { connection in
      connection.queuedWake = nil
      return connection.wakeAt
    } ?? nil
  }
}

extension ConnectionTable {
  /// A message of any kind has arrived.
  mutating func countMessage(from id: ConnectionID) {
    _ = update(id) { $0.receivedCount += 1 }
  }

  /// The connection in `slot` is out of a room that is no more.
  mutating func dissolveRoom(_ note: NoteID, of slot: UInt32) {
    guard let id = self[slot: slot]?.id else { return }
    _ = update(id) { $0.session.roomDissolved(note) }
  }
}
