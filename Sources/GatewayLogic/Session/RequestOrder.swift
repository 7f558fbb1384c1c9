import GatewayTypes

/// The unanswered requests of one connection, and which of them may start.
///
/// Messages of one connection take effect in the order they were sent, without one slow note
/// holding up the others. So: requests about one note or folder follow each other, except that
/// updates of one may all be under way (its lane keeps their order); requests about different ones
/// overlap; and a creation or deletion waits for all that came before it and holds up all that
/// comes after, because others may build on it. What may not start yet is held here.
///
/// Invariant: `waiting` holds no request that could start, once `next` has returned nil.
/// Source: PROTOCOL.md, "Client to gateway".
struct RequestOrder {
  private struct Waiting {
    let message: ClientMessage
    let size: Int
    let readAt: MonotonicTime
  }

  private struct Started {
    let operation: OperationID
    let message: ClientMessage
    let size: Int
    /// It waits in its lane until there is another token.
    var isAside = false
  }

  /// A request that starts.
  struct Next {
    let operation: OperationID
    let message: ClientMessage
    /// When it came, which may be long ago.
    let readAt: MonotonicTime
  }

  private var waiting: [Waiting] = []
  private var started: [Started] = []
  private var lastNumber: UInt64 = 0

  /// The bytes of all messages that are here.
  private(set) var size = 0

  var count: Int { waiting.count + started.count }
  var waitingCount: Int { waiting.count }
  var isEmpty: Bool { waiting.isEmpty && started.isEmpty }

  /// How many started requests ask to join a note outside of `rooms`.
  func startedJoinCount(outside rooms: Set<NoteID>) -> Int {
    started.count { request in
      if case .joinNote(let note) = request.message.request { !rooms.contains(note) } else { false }
    }
  }

  /// Takes a request in, behind all others. The caller has checked the bounds.
  mutating func append(_ message: ClientMessage, size messageSize: Int, readAt: MonotonicTime) {
    waiting.append(Waiting(message: message, size: messageSize, readAt: readAt))
    size += messageSize
  }

  /// Starts the first request that may start, if there is one. With `withoutToken` that is a read:
  /// writes are held, and reads do not wait for them, but for a creation or deletion of the same.
  mutating func next(
    withoutToken: Bool = false
  ) -> Next? {
    let index = withoutToken ? firstStartableRead() : firstStartable()
    guard let index else { return nil }
    let request = waiting.remove(at: index)
    lastNumber += 1
    let operation = OperationID(number: lastNumber)
    started.append(
      Started(operation: operation, message: request.message, size: request.size))
    return Next(operation: operation, message: request.message, readAt: request.readAt)
  }

  /// What writes are under way about, each once, in the order in which they started.
  var startedWriteResources: [Resource] {
    var resources: [Resource] = []
    for request in started.lazy.map(\.message.request) {
      guard request.isWrite, let resource = request.resource, !resources.contains(resource)
      else { continue }
      resources.append(resource)
    }
    return resources
  }

  /// A started write waits in its lane until there is another token.
  mutating func setAside(_ operation: OperationID) {
    guard let index = started.firstIndex(where: { $0.operation == operation }) else { return }
    started[index].isAside = true
  }

  /// There is another token: nothing is aside any more.
  mutating func goOn() {
    for index in started.indices { started[index].isAside = false }
  }

  /// Ends all that waits for a token, in a lane or here, oldest first.
  mutating func removeHeld() -> [ClientMessage] {
    let aside = started.filter(\.isAside)
    started.removeAll(where: \.isAside)
    size -= aside.reduce(0) { $0 + $1.size }
    return aside.map(\.message) + removeWaiting()
  }

  /// Ends a started request and gives it back; nil when there is none of that number.
  mutating func finish(_ operation: OperationID) -> ClientMessage? {
    guard let index = started.firstIndex(where: { $0.operation == operation }) else { return nil }
    let request = started.remove(at: index)
    size -= request.size
    return request.message
  }

  /// Takes out all that has not started, oldest first.
  mutating func removeWaiting() -> [ClientMessage] {
    let messages = waiting.map(\.message)
    size -= waiting.reduce(0) { $0 + $1.size }
    waiting = []
    return messages
  }

  private func firstStartable() -> Int? {
    guard !waiting.isEmpty, !started.contains(where: { $0.message.request.isBarrier }) else {
      return nil
    }
    // By name, so that an event costs no more than what is unanswered: pairs would be a million.
    var updating: Set<Resource> = []
    var blocked: Set<Resource> = []
    for request in started.lazy.map(\.message.request) {
      guard let resource = request.resource else { continue }
      if request.isUpdate { updating.insert(resource) } else { blocked.insert(resource) }
    }
    for (index, candidate) in waiting.enumerated() {
      let request = candidate.message.request
      if request.isBarrier { return index == 0 && started.isEmpty ? index : nil }
      guard let resource = request.resource, !blocked.contains(resource) else { continue }
      if request.isUpdate || !updating.contains(resource) { return index }
      blocked.insert(resource)
    }
    return nil
  }

  private func firstStartableRead() -> Int? {
    func blocks(_ request: ClientRequest) -> Bool { !request.isWrite || request.isBarrier }
    var blocked = Set(
      started.lazy.map(\.message.request).filter(blocks).compactMap(\.resource))
    for (index, candidate) in waiting.enumerated() {
      let request = candidate.message.request
      guard let resource = request.resource else { continue }
      if !request.isWrite, !blocked.contains(resource) { return index }
      if blocks(request) { blocked.insert(resource) }
    }
    return nil
  }
}

extension ClientRequest {
  /// What the request is about.
  var resource: Resource? {
    switch self {
    case .joinNote(let note), .leaveNote(let note): .note(note)
    case .change(let resource, _): resource
    case .authenticate, .ping: nil
    }
  }

  /// Whether requests around it wait for it, and it for them.
  fileprivate var isBarrier: Bool {
    switch self {
    case .change(_, .create), .change(_, .delete): true
    case .change(_, .update), .change(_, .refresh), .authenticate, .joinNote, .leaveNote, .ping:
      false
    }
  }

  var isWrite: Bool {
    if case .change = self { true } else { false }
  }

  /// Whether it may be under way together with others of its kind: its lane keeps their order.
  fileprivate var isUpdate: Bool { isWrite && !isBarrier }
}
