import GatewayLogic
import GatewayTypes

/// What workers say to each other and to themselves, as in GatewayRuntime.
enum WorkerMessage {
  case home(HomeMessage)

  // To the worker of a connection.
  case writeAnswered(Writer, WriteResult)
  case setAside(Writer, Resource, isRefused: Bool)
  case joinAnswered(JoinRequest, JoinResult)
  case broadcast(Broadcast)

  // To the worker of a proxied write's client.
  case go(ProxiedWrite)
  case refuse(ProxiedWrite)
}

/// One message for all that a worker has of an audience.
struct Broadcast {
  let sync: Sync
  /// The checker's number for what is announced.
  let announcement: Int
  /// It was made by REST.
  let isProxied: Bool
}
