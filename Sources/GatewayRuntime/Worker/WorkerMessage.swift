import GatewayLogic
import GatewayLoop
import GatewayTypes
import GatewayWire

/// What is said to a worker: by other workers, by itself, and by the main thread.
enum WorkerMessage: Sendable {
  // To the home of a note or folder.
  case write(Write)
  case expired(Resource, ConnectionID, tokenNumber: Int)
  case renewed(Resource, ConnectionID, BearerToken, tokenNumber: Int)
  case withdrawn(Resource, ConnectionID)
  case join(JoinRequest)
  case emptied(NoteID, worker: UInt16, grantCount: Int)
  case proxied(ProxiedWrite)
  case proxiedWithdrawn(ProxiedWrite)
  case proxiedEnded(ProxiedWrite, ProxiedOutcome)
  case proxiedDone(ProxiedWrite, ProxiedOutcome)

  // To the worker of a connection.
  case writeAnswered(Writer, WriteResult)
  case setAside(Writer, Resource, isRefused: Bool)
  case joinAnswered(JoinRequest, JoinResult)
  case broadcast(Broadcast)

  // To the worker of a proxied write's client.
  case go(ProxiedWrite)
  case refuse(ProxiedWrite)

  // From the main thread.
  /// Judge tokens by this from now on, those first that wait for a key.
  case keys(TokenJudge)
  /// No new key comes for the tokens that wait: for all, or for those of strangers only.
  case noNewKeys(renewalsToo: Bool)
  /// Take nothing new, answer what was taken, close the connections.
  case drain
  /// No worker has a connection any more: end when nothing is under way.
  case finish
  /// End now, whatever is under way.
  case abandon
}

/// One encoded message for all that a worker has of an audience.
struct Broadcast: Sendable {
  enum Audience: Sendable {
    case room(NoteID)
    case user(UserID)
    /// Both, each connection once.
    case userAndRoom(UserID, NoteID)
    /// The same; the room is no more afterwards.
    case userAndDissolvedRoom(UserID, NoteID)
  }

  let frame: EncodedFrame
  let audience: Audience
  /// Its own connection hears nothing: it gets, or got, the answer.
  let author: Author
}

/// The face of a worker that other threads see. Thread: any.
final class WorkerHandle: Sendable {
  let index: UInt16
  let mailbox = Mailbox<WorkerMessage>()

  init(index: UInt16) {
    self.index = index
  }
}
