import CLoop
import GatewayTypes
import Glibc

/// A thread of the operating system that runs one closure.
///
/// Not a task of Swift's pool: a worker's loop would block a thread of it for ever.
package final class OSThread: Sendable {
  private let handle: pthread_t

  /// Starts it. `name` is cut off after 15 bytes. Nil when the system gives no thread.
  package init?(name: String, _ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var handle = pthread_t()
    let result = pthread_create(
      &handle, nil,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        ng_name_thread(start.name)
        ng_crash_prepare_thread()
        start.body()
        ng_crash_release_thread()
        return nil
      }, start.toOpaque())
    guard result == 0 else {
      start.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits for its end. Once only.
  package func join() {
    pthread_join(handle, nil)
  }

  /// Waits for its end, but no longer than `time`. Returns whether it has ended. Once only.
  package func join(within time: Duration) -> Bool {
    ng_join_thread(handle, (SystemClock.monotonic + time).nanoseconds) == 0
  }
}

private final class Start: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
