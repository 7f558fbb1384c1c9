package import CLoop

/// One libuv loop: where everything of one thread happens.
///
/// Thread: created, run and released on the same one. The objects that are made on it must be
/// released before it is.
package final class Loop {
  /// For the C libraries that run on the same loop.
  package let pointer: UnsafeMutablePointer<ng_loop>

  /// Of libuv. Thread: any.
  package static var libraryVersion: String { String(cString: ng_loop_library_version()) }

  package init() {
    pointer = ng_loop_new()
  }

  deinit {
    // A loop that something still holds is leaked: freeing it would leave that object dangling.
    _ = ng_loop_free(pointer)
  }

  /// Runs until `stop`.
  package func run() {
    ng_loop_run(pointer)
  }

  /// Makes `run` return at the end of the turn.
  package func stop() {
    ng_loop_stop(pointer)
  }

  /// Handles what is ready, without waiting for more.
  package func runReady() {
    ng_loop_run_ready(pointer)
  }
}

@available(*, unavailable)
extension Loop: Sendable {}
