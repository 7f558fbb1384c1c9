import GatewayLogic
import GatewayTypes

/// What a worker tells the main thread.
enum WorkerReport: Sendable {
  case started(worker: UInt16)
  case failed(worker: UInt16, reason: String)
  /// An event of the API's own was announced; where its note or folder stands now.
  case published(PublishTicket, NotePosition)
  /// It has a token that no key verifies, and asks to be told by `keys` or `noNewKeys`.
  case unknownKey(worker: UInt16, of: KeyAsker)
  /// A question of the admin listener is answered.
  case answered(worker: UInt16, number: UInt64, AdminAnswer)
  /// It runs with the setup of this number.
  case tookSetup(worker: UInt16, number: Int)
  /// Its loop turns.
  case pulse(worker: UInt16, round: Int)
  /// Its listening sockets are closed.
  case stoppedListening(worker: UInt16)
  /// Draining, and without connections.
  case emptied(worker: UInt16)
  /// Its loop has ended, with what was left.
  case ended(worker: UInt16, WorkerRemains)
}
