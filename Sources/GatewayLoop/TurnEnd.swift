import CLoop

/// Calls a closure at the end of each turn of the loop, when everything that was ready is handled.
///
/// Thread: the loop's.
package final class TurnEnd {
  /// Outlives what is made on it.
  private let loop: Loop
  private var pointer: UnsafeMutablePointer<ng_turn>?
  private let ended: () -> Void

  package init(of loop: Loop, ended: @escaping () -> Void) {
    self.loop = loop
    self.ended = ended
    // Unretained: deinit frees the C object, after which it calls nobody.
    let context = Unmanaged.passUnretained(self).toOpaque()
    pointer = ng_turn_new(loop.pointer, context) { context in
      Unmanaged<TurnEnd>.fromOpaque(context).takeUnretainedValue().ended()
    }
  }

  deinit {
    if let pointer { ng_turn_free(pointer) }
  }

  /// Makes the loop come to the end of a turn without waiting for events. Cheap to repeat.
  package func request() {
    if let pointer { ng_turn_request(pointer) }
  }
}

@available(*, unavailable)
extension TurnEnd: Sendable {}
