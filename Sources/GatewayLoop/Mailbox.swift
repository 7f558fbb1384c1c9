import CLoop

/// Where other threads leave messages for the owner of a loop: the only place at which threads
/// meet.
///
/// Messages of one sender arrive in the order in which they were posted. What is posted before
/// `open` waits, what is posted after `close` is dropped.
package final class Mailbox<Message: Sendable>: Sendable {
  private struct State: ~Copyable {
    var waiting: [Message] = []
    var bell: Bell?
    var isClosed = false
  }

  private let state = Guarded(State())

  package init() {}

  /// Leaves a message for the owner. Thread: any.
  package func post(_ message: Message) {
    post(message, unlessWaiting: .max)
  }

  /// Leaves a message for the owner unless `countMax` wait already; returns whether it was left.
  /// Thread: any.
  @discardableResult
  package func post(_ message: Message, unlessWaiting countMax: Int) -> Bool {
    state.withLock { state in
      guard !state.isClosed, state.waiting.count < countMax else { return false }
      state.waiting.append(message)
      // One ring is enough for all that wait: the owner takes them together.
      if state.waiting.count == 1 { state.bell?.ring() }
      return true
    }
  }

  /// From now on `arrived` runs on the loop's thread whenever messages wait. Thread: the loop's.
  package func open(on loop: Loop, arrived: @escaping () -> Void) {
    let bell = Bell(on: loop, rung: arrived)
    state.withLock { state in
      precondition(state.bell == nil && !state.isClosed, "a mailbox is opened once")
      state.bell = bell
      if !state.waiting.isEmpty { bell.ring() }
    }
  }

  /// Takes all that waits, oldest first, and leaves `emptied`, whose storage is used again.
  /// Thread: the loop's.
  package func take(leaving emptied: consuming [Message] = []) -> [Message] {
    emptied.removeAll(keepingCapacity: true)
    return state.withLock { [emptied] state in
      var taken = emptied
      swap(&taken, &state.waiting)
      return taken
    }
  }

  /// Drops what waits and all that comes. Thread: the loop's.
  package func close() {
    state.withLock { state in
      state.isClosed = true
      state.waiting = []
      state.bell = nil
    }
  }
}

/// A bell on a loop that any thread may ring as long as it is not released.
///
/// Safe because: the mailbox touches it under its lock only, releases it under that lock, and
/// `ng_wakeup_ring` may be called from any thread.
private final class Bell: @unchecked Sendable {
  /// Outlives what is made on it.
  private let loop: Loop
  private var pointer: UnsafeMutablePointer<ng_wakeup>?
  private let rung: () -> Void

  init(on loop: Loop, rung: @escaping () -> Void) {
    self.loop = loop
    self.rung = rung
    // Unretained: deinit, on the loop's thread, frees the C object, after which it calls nobody.
    let context = Unmanaged.passUnretained(self).toOpaque()
    pointer = ng_wakeup_new(loop.pointer, context) { context in
      Unmanaged<Bell>.fromOpaque(context).takeUnretainedValue().rung()
    }
  }

  deinit {
    if let pointer { ng_wakeup_free(pointer) }
  }

  func ring() {
    if let pointer { ng_wakeup_ring(pointer) }
  }
}
