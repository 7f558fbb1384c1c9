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
  /// More than the kernel keeps waiting, whatever its own limit: a bound for `acceptRest`.
  private static let waitingCountMax = 65_536

  /// Other processes take connections from the same socket, now or later.
  let isShared: Bool
  private let descriptor: CInt
  private let happened: (Event) -> Void
  private var poll: Poll?
  private var pauseTimer: Timer?

  init(
    on loop: Loop, descriptor: CInt, isShared: Bool, happened: @escaping (Event) -> Void
  ) {
    self.descriptor = descriptor
    self.isShared = isShared
    self.happened = happened
    poll = Poll(on: loop, descriptor: descriptor) { [unowned self] _ in accept() }
    poll?.watch(.readable)
    pauseTimer = Timer(on: loop) { [unowned self] in poll?.watch(.readable) }
  }

  deinit {
    poll?.stop()
    ng_close(descriptor)
  }

  /// Lets nobody begin to connect. Not for one that is shared: the others go on listening.
  func holdOff() {
    // A UNIX socket has no handshake. Where a filter can't be had, the kernel resets who is in the
    // middle of connecting when the socket is closed, which is no worse than it is without.
    _ = ng_hold_off(descriptor)
  }

  /// Takes all that wait, whom the kernel would otherwise reset when the socket is closed.
  func acceptRest() {
    accept(countMax: Listener.waitingCountMax)
  }

  private func accept(countMax: Int = Listener.acceptCountMax) {
    for _ in 0..<countMax {
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
