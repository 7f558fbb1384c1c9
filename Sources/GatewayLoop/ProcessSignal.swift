import CLoop

/// Calls a closure on the loop's thread each time the process gets a signal.
package final class ProcessSignal {
  /// Outlives what is made on it.
  private let loop: Loop
  private var pointer: UnsafeMutablePointer<ng_signal>?
  private let caught: () -> Void

  /// Keeps signal `number` for later instead of having it do what it does by default. Thread: the
  /// main one, before it starts others.
  package static func hold(_ number: CInt) {
    ng_hold_signal(number)
  }

  /// Lets those through that were kept, and those that come. Thread: the one that called `hold`.
  package static func letThrough(_ number: CInt) {
    ng_let_signal_through(number)
  }

  /// Nil when signal `number` can't be caught.
  package init?(_ number: CInt, on loop: Loop, caught: @escaping () -> Void) {
    self.loop = loop
    self.caught = caught
    // Unretained: deinit frees the C object, after which it calls nobody.
    let context = Unmanaged.passUnretained(self).toOpaque()
    let made = ng_signal_new(loop.pointer, number, context) { context, _ in
      Unmanaged<ProcessSignal>.fromOpaque(context).takeUnretainedValue().caught()
    }
    guard let made else { return nil }
    pointer = made
  }

  deinit {
    if let pointer { ng_signal_free(pointer) }
  }
}

@available(*, unavailable)
extension ProcessSignal: Sendable {}
