import Glibc

/// One value that a thread leaves and another waits for: what came of starting a thread.
///
/// Safe because: the value is behind a lock, and a semaphore is made for several threads; it is
/// destroyed when nobody refers to it any more.
package final class Handover<Value: Sendable>: @unchecked Sendable {
  private let value = Guarded<Value?>(nil)
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  package init() {
    precondition(sem_init(semaphore, 0, 0) == 0, "a semaphore of one process starts at 0")
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Leaves the value. Once. Thread: any.
  package func put(_ value: Value) {
    self.value.withLock { kept in
      precondition(kept == nil, "one value is handed over")
      kept = value
    }
    sem_post(semaphore)
  }

  /// Waits for the value and takes it. Once. Thread: any that may block.
  package func take() -> Value {
    while sem_wait(semaphore) != 0 {
      precondition(errno == EINTR, "only a signal interrupts the wait")
    }
    guard let value = value.withLock({ $0.take() }) else {
      preconditionFailure("the semaphore is raised once the value is there")
    }
    return value
  }
}
