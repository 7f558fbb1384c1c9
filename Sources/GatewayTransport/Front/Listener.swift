import CLoop
import GatewayLoop
import Glibc

/// Accepts the connections of one listening socket, which it owns.
///
/// Thread: the loop's.
final class Listener {
  enum Event {
    /// The descriptor is the receiver's.
    case accepted(CInt, PeerAddress)
    /// An errno. Nothing is accepted for `pause`.
    case failed(CInt)
  }

  /// What one turn of the loop takes, so that a rush of new connections leaves time for the old
  /// ones.
  private static let acceptCountMax = 64
  /// What is short when accepting fails comes back when connections end, and the socket stays
  /// readable meanwhile: without a pause the loop would spin.
  private static let pause = Duration.milliseconds(100)

  private let descriptor: CInt
  private let happened: (Event) -> Void
  private var poll: Poll?
  private var pauseTimer: Timer?

  init(on loop: Loop, descriptor: CInt, happened: @escaping (Event) -> Void) {
    self.descriptor = descriptor
    self.happened = happened
    poll = Poll(on: loop, descriptor: descriptor) { [unowned self] _ in accept() }
    poll?.watch(.readable)
    pauseTimer = Timer(on: loop) { [unowned self] in poll?.watch(.readable) }
  }

  deinit {
    poll?.stop()
    ng_close(descriptor)
  }

  private func accept() {
    for _ in 0..<Listener.acceptCountMax {
      var peer = ng_peer_address()
      let result = ng_accept(descriptor, &peer)
      switch -result {
      case ...0:
        happened(.accepted(result, PeerAddress(peer)))
      case EAGAIN:
        return
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        poll?.watch([])
        pauseTimer?.start(after: Listener.pause)
        happened(.failed(-result))
        return
      default:
        // The error of a connection that is gone already (accept(2)), not of the socket.
        continue
      }
    }
  }
}
