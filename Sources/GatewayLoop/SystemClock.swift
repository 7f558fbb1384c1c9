import CLoop
package import GatewayTypes

/// The clocks and the random numbers of the system, for the shells; logic gets what they say.
package enum SystemClock {
  /// Now, on the clock that never goes back.
  package static var monotonic: MonotonicTime {
    MonotonicTime(nanoseconds: ng_monotonic_ns())
  }

  /// The time of day.
  package static var wall: WallTime {
    WallTime(milliseconds: ng_wall_ms())
  }

  /// 64 bits that nobody can guess.
  package static var randomNumber: UInt64 {
    ng_random_u64()
  }

  /// The processors that this process may run on, 1 and up.
  package static var processorCount: Int {
    Int(ng_processor_count())
  }

  /// Lets the process open `wanted` descriptors, or as many as it may ask for. Returns how many
  /// those are; nil when that is not known.
  package static func raiseDescriptorLimit(to wanted: Int) -> Int? {
    let limit = ng_raise_descriptor_limit(UInt64(clamping: wanted))
    return limit == 0 ? nil : Int(clamping: limit)
  }

  /// Gives memory that was freed back to the system. Other threads may have to wait for a moment.
  package static func giveMemoryBack() {
    ng_give_memory_back()
  }

  /// Makes writes to a closed pipe or socket fail instead of ending the process. Once, at start.
  package static func ignoreBrokenPipes() {
    ng_ignore_broken_pipes()
  }

  /// Sees to it that nothing that is opened is taken for standard input, output or error, where
  /// one of these is closed. Before anything is opened.
  package static func openStandardDescriptors() {
    ng_open_standard_descriptors()
  }
}
