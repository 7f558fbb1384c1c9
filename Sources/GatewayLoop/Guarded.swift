import Glibc

/// A value that threads take turns at.
///
/// On pthread's mutex, and not on Synchronization.Mutex: that one lets the kernel hand over a lock
/// that is waited for, which ThreadSanitizer does not see, so that it takes each such turn for a
/// race.
///
/// Safe because: the value is touched by the one who has the lock, and released with the last
/// reference.
package final class Guarded<Value: ~Copyable>: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  package init(_ value: consuming sending Value) {
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    precondition(pthread_mutex_init(lock, nil) == 0, "a mutex can be made")
    self.value = value
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Takes a turn: `body` must be short, and must not take another one.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }
}
