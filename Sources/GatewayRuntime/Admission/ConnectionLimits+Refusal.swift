import GatewayLogic
import GatewayTransport

extension ConnectionLimits.Refusal {
  /// The key of the configuration whose bound is reached.
  var key: String {
    switch self {
    case .all: "limits.connections"
    case .perUser: "limits.connections_per_user"
    case .perAddress: "limits.connections_per_address"
    case .unauthenticated: "limits.unauthenticated_connections"
    }
  }

  /// What the operator is told.
  var logLine: StaticString {
    switch self {
    case .all, .perUser, .unauthenticated: "connection refused: there are as many as may be"
    case .perAddress:
      "connection refused: its address has as many as may be; proxy.trusted_proxies names proxies"
    }
  }

  /// What a client is told that has no WebSocket yet.
  var answer: HTTPRefusal {
    let (status, message) =
      switch self {
      case .all: (503, "The gateway has as many connections as it takes")
      case .perUser: (429, "Maximum connections exceeded for this user")
      case .perAddress: (429, "Too many connections from this address")
      case .unauthenticated: (503, "Too many connections have not authenticated yet")
      }
    return HTTPRefusal(status: status, code: "too_many_connections", message: message)
  }
}
