import GatewayTypes
import Testing

@testable import GatewayTransport

@Suite struct FlushPaceTests {
  private func time(_ microseconds: UInt64) -> MonotonicTime {
    MonotonicTime(nanoseconds: microseconds * 1000)
  }

  /// A pace after a hundred flushes of 2 ms, one right behind the other, the last of which ended
  /// after a second.
  private func busyPace() -> FlushPace {
    var pace = FlushPace()
    for end in stride(from: UInt64(802_000), through: 1_000_000, by: 2_000) {
      pace.flushed(from: time(end - 2_000), to: time(end), writeCount: 100, sparedCount: 0)
    }
    return pace
  }

  /// A flush of 2 ms to 100 connections that ends at `end`, behind which it is asked for a wait.
  /// `sparedCount` is what its own wait had spared.
  private func flush(
    _ pace: inout FlushPace, until end: UInt64, sparing sparedCount: Int = 0
  ) -> Duration {
    pace.flushed(from: time(end - 2_000), to: time(end), writeCount: 100, sparedCount: sparedCount)
    return pace.wait(at: time(end), sparedCount: 0)
  }

  @Test func `the first flush does not wait`() {
    var pace = FlushPace()
    #expect(pace.wait(at: time(0), sparedCount: 0) == .zero)
  }

  /// Microseconds: how long the last flush took, how long ago that is, and the wait.
  @Test(
    arguments: [
      (900, 0, 0), (2_000, 0, 2_000), (2_000, 1_500, 500), (2_000, 2_000, 0), (2_000, 7_000, 0),
      (50_000, 0, 10_000), (50_000, 4_000, 6_000),
    ] as [(UInt64, UInt64, Int64)])
  func `a busy worker waits as long as the last flush took, 10 ms at most`(
    _ row: (duration: UInt64, since: UInt64, wait: Int64)
  ) {
    var pace = busyPace()
    let end = 1_000_000 + row.duration
    pace.flushed(from: time(1_000_000), to: time(end), writeCount: 100, sparedCount: 0)
    #expect(pace.wait(at: time(end + row.since), sparedCount: 0) == .microseconds(row.wait))
  }

  /// Microseconds between flushes of 2 ms, and whether there is a wait.
  @Test(arguments: [(0, true), (1_300, true), (1_400, false), (9_000, false)] as [(UInt64, Bool)])
  func `a worker that has two fifths of its time left does not begin to wait`(
    _ row: (gap: UInt64, isWaiting: Bool)
  ) {
    var pace = FlushPace()
    let waits = (1...200).map { flush(&pace, until: $0 * (2_000 + row.gap)) }
    #expect(waits.contains { $0 > .zero } == row.isWaiting)
  }

  @Test func `one slow flush does not make a worker busy`() {
    var pace = FlushPace()
    for number: UInt64 in 1...100 {
      #expect(flush(&pace, until: number * 4_000) == .zero)
    }
    pace.flushed(from: time(400_000), to: time(410_000), writeCount: 100, sparedCount: 0)
    #expect(pace.wait(at: time(410_000), sparedCount: 0) == .zero)
  }

  @Test func `a worker that was idle for long is busy soon after`() {
    var pace = busyPace()
    let later: UInt64 = 3_600_000_000
    #expect(flush(&pace, until: later) == .zero)
    var flushCount: UInt64 = 1
    while flush(&pace, until: later + flushCount * 2_000) == .zero, flushCount < 1000 {
      flushCount += 1
    }
    #expect((10...100).contains(flushCount))
  }

  @Test func `after a wait in vain there is none for a time that doubles, up to a second`() {
    var now: UInt64 = 1_000_000
    var pace = busyPace()
    #expect(pace.wait(at: time(now), sparedCount: 0) == .milliseconds(2))
    for pause: UInt64 in [20, 40, 80, 160, 320, 640, 1_000, 1_000] {
      for _ in 0..<(pause / 2) {
        now += 2_000
        #expect(flush(&pace, until: now) == .zero)
      }
      now += 2_000
      #expect(flush(&pace, until: now) == .milliseconds(2))
    }
  }

  /// How many of 100 writes a wait spared, and whether it was worth it.
  @Test(arguments: [(0, false), (24, false), (25, true), (700, true)])
  func `a wait is worth it when it spares a quarter of the writes`(
    _ row: (sparedCount: Int, isWorthIt: Bool)
  ) {
    var pace = busyPace()
    #expect(pace.wait(at: time(1_000_000), sparedCount: 0) == .milliseconds(2))
    let wait = flush(&pace, until: 1_004_000, sparing: row.sparedCount)
    #expect(wait == (row.isWorthIt ? .milliseconds(2) : .zero))
  }

  @Test func `what was spared before the wait is not what the wait spares`() {
    var pace = busyPace()
    #expect(pace.wait(at: time(1_000_000), sparedCount: 700) == .milliseconds(2))
    // The turns that follow ask again, and don't begin anew.
    #expect(pace.wait(at: time(1_001_000), sparedCount: 710) == .milliseconds(1))
    #expect(flush(&pace, until: 1_004_000, sparing: 720) == .zero)
  }

  /// Microseconds that the worker has left between a flush and the next wait.
  @Test(arguments: [0, 1_900])
  func `waits that are worth it go on, though they leave much time`(gap: UInt64) {
    var pace = busyPace()
    var now: UInt64 = 1_000_000
    #expect(pace.wait(at: time(now), sparedCount: 0) == .milliseconds(2))
    for _ in 0..<200 {
      now += 4_000
      pace.flushed(from: time(now - 2_000), to: time(now), writeCount: 100, sparedCount: 100)
      now += gap
      #expect(pace.wait(at: time(now), sparedCount: 0) == .microseconds(Int64(2_000 - gap)))
    }
  }

  @Test func `a wait that is worth it ends the pauses`() {
    var pace = busyPace()
    #expect(pace.wait(at: time(1_000_000), sparedCount: 0) == .milliseconds(2))
    var now: UInt64 = 1_002_000
    while flush(&pace, until: now) == .zero { now += 2_000 }
    #expect(now == 1_022_000)
    #expect(flush(&pace, until: now + 4_000, sparing: 100) == .milliseconds(2))
    #expect(flush(&pace, until: now + 8_000) == .zero)
    now += 10_000
    while flush(&pace, until: now) == .zero { now += 2_000 }
    #expect(now == 1_022_000 + 28_000)
  }
}
