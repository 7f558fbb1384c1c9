import GatewayLogic
import GatewayLoop
import GatewayTypes

/// The connections of all workers, counted together. Thread: any.
final class ConnectionCounts: Sendable {
  private let limits: Guarded<ConnectionLimits>

  init(_ bounds: ConnectionBounds) {
    limits = Guarded(ConnectionLimits(bounds: bounds))
  }

  /// See `ConnectionLimits.accept`.
  func accept(
    from network: ClientNetwork?
  ) -> Result<ConnectionTicket, ConnectionLimits.Refusal> {
    limits.withLock { limits in
      Result { () throws(ConnectionLimits.Refusal) in try limits.accept(from: network) }
    }
  }

  /// See `ConnectionLimits.upgrade`. The ticket with which the connection goes on.
  func upgrade(
    _ ticket: ConnectionTicket, from network: ClientNetwork?
  ) -> Result<ConnectionTicket, ConnectionLimits.Refusal> {
    limits.withLock { limits in
      Result { () throws(ConnectionLimits.Refusal) in
        var ticket = ticket
        try limits.upgrade(&ticket, from: network)
        return ticket
      }
    }
  }

  /// See `ConnectionLimits.authenticate`. The ticket with which the connection goes on.
  func authenticate(
    _ ticket: ConnectionTicket, as user: UserID
  ) -> Result<ConnectionTicket, ConnectionLimits.Refusal> {
    limits.withLock { limits in
      Result { () throws(ConnectionLimits.Refusal) in
        var ticket = ticket
        try limits.authenticate(&ticket, as: user)
        return ticket
      }
    }
  }

  /// From now on these bounds count. Who is there already may stay.
  func boundsChanged(_ bounds: ConnectionBounds) {
    limits.withLock { $0.bounds = bounds }
  }

  /// A copy of what is counted, to be looked at.
  var figures: ConnectionLimits { limits.withLock { $0 } }

  /// WebSocket connections that there are now. Looks at every user.
  var webSocketCount: Int { figures.webSocketCount }

  /// Connections of any kind that there are now.
  var count: Int { limits.withLock { $0.count } }

  /// See `ConnectionLimits.end`.
  func end(_ ticket: ConnectionTicket) {
    limits.withLock { $0.end(ticket) }
  }
}
