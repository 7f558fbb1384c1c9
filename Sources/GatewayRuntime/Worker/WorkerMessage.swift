import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayWire

/// What is said to a worker: by other workers, by itself, and by the main thread.
enum WorkerMessage: Sendable {
  case home(HomeMessage)
  /// The same, of what another worker has heard of the upstream, and when.
  case outcome(HomeMessage, knownAt: MonotonicTime)

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
  /// No new key comes for the tokens that wait: for those of this asker and of the less patient.
  case noNewKeys(upTo: KeyAsker)
  /// Say in the log what there is of everything.
  case logFigures
  /// Answer this by a report of the same number.
  case asked(AdminQuestion, number: UInt64)
  /// Run with this from now on, and say so by `tookSetup`.
  case setup(Worker.Setup, number: Int)
  /// Show these from now on, by the index of the way to speak TLS.
  case certificates([Int: TLSCertificate])
  /// Answer by `pulse`, to show that the loop turns.
  case pulse(round: Int)
  /// Let no client begin to connect, those that have begun finish for so long, and nobody after
  /// that; then say so by `stoppedListening`.
  case stopListening(after: Duration)
  /// Take nothing new, answer what was taken, close the connections when it is their turn.
  case drain(Departures)
  /// No worker has a connection any more: end when nothing is under way.
  case finish
  /// End now, whatever is under way.
  case abandon
}

/// One encoded message for all that a worker has of an audience.
struct Broadcast: Sendable {
  let frame: EncodedFrame
  let type: SentType
  let audience: Audience
  /// Its own connection hears nothing: it gets, or got, the answer.
  let author: Author
  /// Every worker that has it finishes once.
  let clock: DeliveryClock
}

/// The face of a worker that other threads see. Thread: any.
final class WorkerHandle: Sendable {
  let index: UInt16
  let mailbox = Mailbox<WorkerMessage>()

  init(index: UInt16) {
    self.index = index
  }
}
