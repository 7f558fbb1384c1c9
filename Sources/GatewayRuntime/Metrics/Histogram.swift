import GatewayTypes

/// How long things took, in buckets from 50 us to 10 s. To observe allocates nothing.
struct Histogram: Sendable {
  /// The upper bounds of the buckets, in nanoseconds, and as they are written, in seconds.
  static let bounds: [(nanoseconds: Int64, text: String)] = [
    (50_000, "0.00005"), (100_000, "0.0001"), (250_000, "0.00025"), (500_000, "0.0005"),
    (1_000_000, "0.001"), (2_500_000, "0.0025"), (5_000_000, "0.005"), (10_000_000, "0.01"),
    (25_000_000, "0.025"), (50_000_000, "0.05"), (100_000_000, "0.1"), (250_000_000, "0.25"),
    (500_000_000, "0.5"), (1_000_000_000, "1"), (2_500_000_000, "2.5"), (5_000_000_000, "5"),
    (10_000_000_000, "10"),
  ]

  /// Observations by bucket, each in one; the last is of what took longer than all bounds.
  private(set) var counts = ContiguousArray<UInt64>(repeating: 0, count: bounds.count + 1)
  /// All of them together.
  private(set) var sumNanoseconds: UInt64 = 0

  var count: UInt64 { counts.reduce(0, &+) }

  /// A negative duration counts as none.
  mutating func observe(_ duration: Duration) {
    let nanoseconds = max(0, duration.wholeNanoseconds)
    var index = 0
    while index < Histogram.bounds.count, Histogram.bounds[index].nanoseconds < nanoseconds {
      index += 1
    }
    counts[index] &+= 1
    sumNanoseconds &+= UInt64(nanoseconds)
  }

  mutating func add(_ other: Histogram) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
    sumNanoseconds &+= other.sumNanoseconds
  }
}

/// A histogram for each value of a label.
struct HistogramTally<Label: MetricLabel>: Sendable {
  private(set) var histograms: ContiguousArray<Histogram>

  init() {
    histograms = ContiguousArray(repeating: Histogram(), count: Label.allCases.count)
  }

  mutating func observe(_ label: Label, _ duration: Duration) {
    histograms[label.index].observe(duration)
  }

  mutating func add(_ other: HistogramTally) {
    for index in histograms.indices { histograms[index].add(other.histograms[index]) }
  }
}
