/// What a label of a metric may say: a bounded set of values, numbered as they are declared.
///
/// For enums without associated values.
protocol MetricLabel: CaseIterable, Sendable {
  /// As it stands in the label.
  var text: String { get }
}

extension MetricLabel {
  /// Its place among `allCases`, without a search or an array: Swift stores such an enum as the
  /// number of its case, in one byte, or in none where there is one case only. `Tally` checks it.
  var index: Int { withUnsafeBytes(of: self) { Int($0.first ?? 0) } }
}

extension MetricLabel where Self: RawRepresentable, RawValue == String {
  var text: String { rawValue }
}

/// A counter for each value of a label. To count allocates nothing.
struct Tally<Label: MetricLabel>: Sendable {
  private(set) var counts: ContiguousArray<UInt64>

  init() {
    let all = Array(Label.allCases)
    for (index, label) in all.enumerated() {
      precondition(label.index == index, "a label is stored as the number of its case")
    }
    counts = ContiguousArray(repeating: 0, count: all.count)
  }

  mutating func count(_ label: Label, by number: Int = 1) {
    counts[label.index] &+= UInt64(truncatingIfNeeded: number)
  }

  subscript(label: Label) -> UInt64 { counts[label.index] }

  /// What others have counted is counted here as well.
  mutating func add(_ other: Tally) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
  }
}

/// How often requests ended how, by a label and what came of them.
struct StatusTally<Label: MetricLabel>: Sendable {
  /// What came of a request: an HTTP status, or why there is none.
  enum Outcome: Hashable, Sendable {
    /// 200 to 599; anything else counts as "other".
    case status(Int)
    case failed(Failure)
  }

  /// Why there is no status.
  enum Failure: String, MetricLabel {
    case other
    case notConnected = "not_connected"
    case brokenAnswer = "broken_answer"
    case timedOut = "timed_out"
    case answerTooLarge = "answer_too_large"
    case queueFull = "queue_full"
    /// Nobody was there any more to be answered.
    case aborted
  }

  private static var statuses: ClosedRange<Int> { 200...599 }
  private static var width: Int { statuses.count + Failure.allCases.count }
  private var counts: ContiguousArray<UInt64>

  init() {
    counts = ContiguousArray(repeating: 0, count: Label.allCases.count * Self.width)
  }

  mutating func count(_ label: Label, _ outcome: Outcome) {
    counts[label.index * Self.width + Self.column(outcome)] &+= 1
  }

  subscript(label: Label, outcome: Outcome) -> UInt64 {
    counts[label.index * Self.width + Self.column(outcome)]
  }

  private static func column(_ outcome: Outcome) -> Int {
    switch outcome {
    case .status(let status) where statuses.contains(status): status - statuses.lowerBound
    case .status: statuses.count + Failure.other.index
    case .failed(let failure): statuses.count + failure.index
    }
  }

  mutating func add(_ other: StatusTally) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
  }

  /// What has happened at least once, in order.
  var happened: [(label: Label, outcome: String, count: UInt64)] {
    let failures = Array(Failure.allCases)
    return Array(Label.allCases).flatMap { label in
      (0..<Self.width).compactMap { column in
        let count = counts[label.index * Self.width + column]
        guard count > 0 else { return nil }
        let failure = column - Self.statuses.count
        let outcome =
          failure < 0 ? String(column + Self.statuses.lowerBound) : failures[failure].text
        return (label, outcome, count)
      }
    }
  }
}
