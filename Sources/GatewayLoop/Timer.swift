import CLoop
import GatewayTypes

/// Calls a closure later, on the loop's thread, with the precision of a millisecond.
///
/// Thread: the loop's. Released, it never fires again.
package final class Timer {
  /// Outlives what is made on it.
  private let loop: Loop
  private var pointer: UnsafeMutablePointer<ng_timer>?
  private let fired: () -> Void

  package init(on loop: Loop, fired: @escaping () -> Void) {
    self.loop = loop
    self.fired = fired
    // Unretained: deinit frees the C timer, after which it calls nobody.
    let context = Unmanaged.passUnretained(self).toOpaque()
    pointer = ng_timer_new(loop.pointer, context) { context in
      Unmanaged<Timer>.fromOpaque(context).takeUnretainedValue().fired()
    }
  }

  deinit {
    if let pointer { ng_timer_free(pointer) }
  }

  /// Fires once after `delay`, rounded up to a millisecond. Replaces what was set before.
  package func start(after delay: Duration) {
    start(delay, repeating: .zero)
  }

  /// Fires every `interval`, 1 ms and up, for the first time after one of them.
  package func start(every interval: Duration) {
    start(interval, repeating: interval)
  }

  package func stop() {
    if let pointer { ng_timer_stop(pointer) }
  }

  private func start(_ delay: Duration, repeating interval: Duration) {
    guard let pointer else { return }
    let delayMs = UInt64(max(0, (delay + .nanoseconds(999_999)).wholeMilliseconds))
    ng_timer_start(pointer, delayMs, UInt64(max(0, interval.wholeMilliseconds)))
  }
}

@available(*, unavailable)
extension Timer: Sendable {}
