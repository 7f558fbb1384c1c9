import GatewayLogic
import GatewayTypes

/// What workers say to each other and to themselves, as in GatewayRuntime.
enum WorkerMessage {
  // To the home of a note or folder.
  case write(Write)
  case expired(Resource, ConnectionID, tokenNumber: Int)
  case renewed(Resource, ConnectionID, BearerToken, tokenNumber: Int)
  case withdrawn(Resource, ConnectionID)
  case join(JoinRequest)
  case emptied(NoteID, worker: UInt16, grantCount: Int)

  // To the worker of a connection.
  case writeAnswered(Writer, WriteResult)
  case setAside(Writer, Resource, isRefused: Bool)
  case joinAnswered(JoinRequest, JoinResult)
  case broadcast(Broadcast)
}

/// One message for all that a worker has of an audience.
struct Broadcast {
  enum Audience {
    case room(NoteID)
    case user(UserID)
    /// Both, each connection once.
    case userAndRoom(UserID, NoteID)
    /// The same; the room is no more afterwards.
    case userAndDissolvedRoom(UserID, NoteID)
  }

  let message: GatewayMessage
  let audience: Audience
  /// The writer's own connection, which gets its answer instead.
  let exception: ConnectionID?
  /// The checker's number for what is announced.
  let announcement: Int
}
