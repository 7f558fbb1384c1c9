import GatewayTypes

/// Questions that every worker was asked, and what they have answered so far.
///
/// A worker that does not answer in time is left out: one that is stuck must not make the others'
/// answers be waited for. How many questions there are at a time is bounded by who asks.
struct Polling<Answer> {
  typealias Completion = ([UInt16: Answer]) -> Void

  private struct Poll {
    let number: UInt64
    let deadline: MonotonicTime
    var answers: [UInt16: Answer] = [:]
    let completion: Completion
  }

  private let workerCount: Int
  private let timeout: Duration
  /// In the order in which they were asked, and so of their deadlines.
  private var polls: [Poll] = []
  private var lastNumber: UInt64 = 0

  init(workerCount: Int, timeout: Duration) {
    self.workerCount = workerCount
    self.timeout = timeout
  }

  var nextDeadline: MonotonicTime? { polls.first?.deadline }

  /// The number of a new question, which the answers are to name.
  mutating func ask(at now: MonotonicTime, _ completion: @escaping Completion) -> UInt64 {
    lastNumber += 1
    polls.append(Poll(number: lastNumber, deadline: now + timeout, completion: completion))
    return lastNumber
  }

  /// A worker has answered. Returns what is to be called when it was the last one. An answer that
  /// comes too late is nobody's.
  mutating func answered(
    _ number: UInt64, by worker: UInt16, _ answer: Answer
  ) -> (completion: Completion, answers: [UInt16: Answer])? {
    guard let index = polls.firstIndex(where: { $0.number == number }) else { return nil }
    polls[index].answers[worker] = answer
    guard polls[index].answers.count == workerCount else { return nil }
    let poll = polls.remove(at: index)
    return (poll.completion, poll.answers)
  }

  /// Takes the oldest question whose time is over, with the answers that there are.
  mutating func popOverdue(
    at now: MonotonicTime
  ) -> (completion: Completion, answers: [UInt16: Answer])? {
    guard let first = polls.first, first.deadline <= now else { return nil }
    polls.removeFirst()
    return (first.completion, first.answers)
  }
}
