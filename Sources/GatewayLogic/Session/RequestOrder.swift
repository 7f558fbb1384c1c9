import GatewayTypes

/// The unanswered requests of one connection, and which of them may start.
///
/// Messages of one connection take effect in the order they were sent, without one slow note
/// holding up the others. So: requests about one note follow each other, except that updates of one
/// note may all be under way (the note's lane keeps their order); requests about different notes
/// overlap; and a creation or deletion waits for all that came before it and holds up all that
/// comes after, because others may build on it. What may not start yet is held here.
///
/// Invariant: `waiting` holds no request that could start, once `next` has returned nil.
/// Source: PROTOCOL.md, "Client to gateway".
struct RequestOrder {
  private struct Waiting {
    let message: ClientMessage
    let size: Int
  }

  private struct Started {
    let operation: OperationID
    let message: ClientMessage
    let size: Int
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
  mutating func append(_ message: ClientMessage, size messageSize: Int) {
    waiting.append(Waiting(message: message, size: messageSize))
    size += messageSize
  }

  /// Starts the first request that may start, if there is one; no write with `holdingWrites`.
  mutating func next(
    holdingWrites: Bool = false
  ) -> (operation: OperationID, message: ClientMessage)? {
    guard let index = firstStartable(holdingWrites: holdingWrites) else { return nil }
    let request = waiting.remove(at: index)
    lastNumber += 1
    let operation = OperationID(number: lastNumber)
    started.append(
      Started(operation: operation, message: request.message, size: request.size))
    return (operation, request.message)
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

  private func firstStartable(holdingWrites: Bool) -> Int? {
    guard !waiting.isEmpty, !started.contains(where: { $0.message.request.isBarrier }) else {
      return nil
    }
    // By note, so that an event costs no more than what is unanswered: pairs would be a million.
    var updating: Set<NoteID> = []
    var blocked: Set<NoteID> = []
    for request in started.lazy.map(\.message.request) {
      guard let note = request.note else { continue }
      if request.isUpdate { updating.insert(note) } else { blocked.insert(note) }
    }
    for (index, candidate) in waiting.enumerated() {
      let request = candidate.message.request
      if request.isBarrier {
        return index == 0 && started.isEmpty && !holdingWrites ? index : nil
      }
      guard let note = request.note, !blocked.contains(note) else { continue }
      let isHeld = holdingWrites && request.isWrite
      if !isHeld, request.isUpdate || !updating.contains(note) { return index }
      blocked.insert(note)
    }
    return nil
  }
}

extension ClientRequest {
  /// The note that the request is about.
  var note: NoteID? {
    switch self {
    case .joinNote(let note), .leaveNote(let note), .updateNote(let note, _),
      .createNote(let note, _), .deleteNote(let note):
      note
    case .authenticate, .ping:
      nil
    }
  }

  /// Whether requests around it wait for it, and it for them.
  fileprivate var isBarrier: Bool {
    switch self {
    case .createNote, .deleteNote: true
    case .authenticate, .joinNote, .leaveNote, .updateNote, .ping: false
    }
  }

  fileprivate var isWrite: Bool {
    switch self {
    case .updateNote, .createNote, .deleteNote: true
    case .authenticate, .joinNote, .leaveNote, .ping: false
    }
  }

  fileprivate var isUpdate: Bool {
    if case .updateNote = self { true } else { false }
  }
}
