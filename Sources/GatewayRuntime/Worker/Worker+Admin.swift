import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes

/// What operators want of the worker.
///
/// Source: OPERATIONS.md, "The admin listener".
extension Worker {
  func answer(_ question: AdminQuestion, _ number: UInt64) {
    let answer =
      switch question {
      case .turning: AdminAnswer.turning
      case .figures: AdminAnswer.figures(figures)
      case .connections(of: let user): AdminAnswer.connections(connectionFigures(of: user))
      case .close(let user): AdminAnswer.closed(count: closeConnections(of: user))
      }
    report(.answered(worker: index, number: number, answer))
  }

  private func connectionFigures(of user: UserID) -> [ConnectionFigures] {
    let (now, wallNow) = (SystemClock.monotonic, SystemClock.wall)
    return connections(of: user).map { connection in
      ConnectionFigures(
        id: connection.id, address: connection.client.description,
        since: wallNow + (connection.openedAt - now), notes: Array(connection.session.rooms),
        queuedSize: front.queuedSize(of: connection.id))
    }
  }

  /// Returns how many it closes.
  private func closeConnections(of user: UserID) -> Int {
    let ids = connections(of: user).map(\.id)
    for id in ids {
      withSession(id) { session, effects in
        session.close(.unauthenticated, reason: "signed out", into: &effects)
      }
    }
    return ids.count
  }

  /// Those that are not being closed already.
  private func connections(of user: UserID) -> [ConnectionTable.Connection] {
    readers.reached(by: .user(user)).slots.compactMap { slot in
      connections[slot: slot].flatMap { front.isOpen($0.id) ? $0 : nil }
    }
  }
}
