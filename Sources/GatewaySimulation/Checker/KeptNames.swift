import GatewayLogic
import GatewayTypes

/// The connections, requests and operations that a machine names anywhere in its memory, found by
/// reflection: so no table is overlooked, whatever is added to it.
struct KeptNames {
  private(set) var connections: Set<ConnectionID> = []
  private(set) var tickets: Set<ProxyTicket> = []
  private(set) var operations: Set<OperationID> = []

  init(in value: Any) {
    gather(value)
  }

  private mutating func gather(_ value: Any) {
    switch value {
    case let connection as ConnectionID: connections.insert(connection)
    case let ticket as ProxyTicket: tickets.insert(ticket)
    case let operation as OperationID: operations.insert(operation)
    // What names nobody, and would be gone through byte by byte.
    case is JSONText, is BearerToken, is UserID, is NoteID, is Resource, is SessionRules: break
    default:
      for child in Mirror(reflecting: value).children { gather(child.value) }
    }
  }
}

/// All memory of a closed connection and of a finished write is given back.
extension Checker {
  /// All is answered: machines of `worker` name nobody who has gone and nothing that is over.
  /// `isOpen` says who is there, on any worker.
  func checkMemory(of worker: SimulatedWorker, isOpen: (ConnectionID) -> Bool) {
    let kept = KeptNames(in: worker.home)
    if let id = kept.connections.first(where: { !isOpen($0) }) {
      fail("the home of worker \(worker.index) still knows \(id.words), which has gone")
    }
    if !kept.tickets.isEmpty {
      fail("the home of worker \(worker.index) still knows a request that is over")
    }
    if !KeptNames(in: worker.waitingTokens).connections.allSatisfy(isOpen) {
      fail("a token on worker \(worker.index) waits for a key whose connection has gone")
    }
    let sessions = worker.connections.compactMap { $0?.session }
    if sessions.contains(where: { !KeptNames(in: $0).operations.isEmpty }) {
      fail("a session on worker \(worker.index) still knows an operation that is over")
    }
    checkReaders(of: worker, sessions)
  }

  private func checkReaders(of worker: SimulatedWorker, _ sessions: [Session]) {
    for note in conditions.notes {
      let members = sessions.filter { $0.rooms.contains(note) }.map(\.connection.slot)
      if members != worker.readers.reached(by: .room(note)).slots.sorted() {
        fail("those who hear of \(note.text) on worker \(worker.index) are not its members")
      }
    }
    for user in conditions.users {
      let own = sessions.filter { $0.user == user }.map(\.connection.slot)
      if own != worker.readers.reached(by: .user(user)).slots.sorted() {
        fail("those who hear \(user.text)'s syncs on worker \(worker.index) are not their own")
      }
    }
  }
}
