import CLoop

/// Tells when a file descriptor can be read or written, level-triggered.
///
/// Thread: the loop's. The descriptor stays the caller's, who stops the poll before closing it or
/// giving it away.
package final class Poll {
  package struct Events: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    package static let readable = Events(rawValue: UInt32(NG_READABLE))
    package static let writable = Events(rawValue: UInt32(NG_WRITABLE))
  }

  /// Outlives what is made on it.
  private let loop: Loop
  private var pointer: UnsafeMutablePointer<ng_poll>?
  private let ready: (Events) -> Void

  /// `ready` gets what is possible now; after an error of the descriptor both, so that the next
  /// read or write finds it. Nil when the descriptor can't be watched.
  package init?(on loop: Loop, descriptor: CInt, ready: @escaping (Events) -> Void) {
    self.loop = loop
    self.ready = ready
    // Unretained: `stop` and deinit free the C object, after which it calls nobody.
    let context = Unmanaged.passUnretained(self).toOpaque()
    let made = ng_poll_new(loop.pointer, descriptor, context) { context, error, events in
      let poll = Unmanaged<Poll>.fromOpaque(context).takeUnretainedValue()
      poll.ready(error < 0 ? [.readable, .writable] : Events(rawValue: events))
    }
    guard let made else { return nil }
    pointer = made
  }

  deinit {
    stop()
  }

  /// Watches for `events`, in place of what was watched before.
  package func watch(_ events: Events) {
    guard let pointer else { return }
    // Fails only for a descriptor that is not open, which is the owner's mistake.
    precondition(ng_poll_set(pointer, events.rawValue) == 0, "a poll's descriptor is open")
  }

  /// Ends the watching for good: the descriptor may be closed or given away.
  package func stop() {
    if let pointer { ng_poll_free(pointer) }
    pointer = nil
  }
}

@available(*, unavailable)
extension Poll: Sendable {}
