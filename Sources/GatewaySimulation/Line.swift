import GatewayLogic
import GatewayTypes

/// Messages on their way from one worker to another, which arrive in the order they were sent.
struct Line<Message> {
  private var messages = FIFO<Message>()
  private var last = MonotonicTime(nanoseconds: 0)

  var isEmpty: Bool { messages.isEmpty }

  /// The messages that were ever on their way, and those that have arrived.
  private(set) var postedCount = 0
  private(set) var arrivedCount = 0

  /// Takes a message that wants to arrive at `time`, and says when it does: behind the others.
  mutating func append(_ message: Message, at time: MonotonicTime) -> MonotonicTime {
    messages.append(message)
    postedCount += 1
    last = max(time, last + .nanoseconds(1))
    return last
  }

  mutating func removeFirst() -> Message? {
    arrivedCount += 1
    return messages.removeFirst()
  }

  /// Takes out the second message before the first.
  mutating func removeSecond() -> Message? {
    arrivedCount += 1
    guard let first = messages.removeFirst() else { return nil }
    guard let second = messages.removeFirst() else { return first }
    messages.prepend([first])
    return second
  }
}

/// When the last message of each direction of a connection arrives.
struct LineTimes {
  private var toGateway = MonotonicTime(nanoseconds: 0)
  private var toClient = MonotonicTime(nanoseconds: 0)

  /// When a message to the gateway that wants to arrive at `time` does.
  mutating func nextToGateway(_ time: MonotonicTime) -> MonotonicTime {
    toGateway = max(time, toGateway + .nanoseconds(1))
    return toGateway
  }

  /// When a message to the client that wants to arrive at `time` does.
  mutating func nextToClient(_ time: MonotonicTime) -> MonotonicTime {
    toClient = max(time, toClient + .nanoseconds(1))
    return toClient
  }
}
