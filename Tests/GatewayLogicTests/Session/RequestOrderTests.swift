import GatewayTesting
import GatewayTypes
import Testing

@testable import GatewayLogic

struct RequestOrderTests {
  private static func join(_ note: NoteID) -> ClientRequest { .joinNote(note) }
  private static func leave(_ note: NoteID) -> ClientRequest { .leaveNote(note) }
  private static func update(_ note: NoteID) -> ClientRequest {
    .updateNote(note, changes: changes)
  }
  private static func create(_ note: NoteID) -> ClientRequest {
    .createNote(note, noteData: noteData)
  }
  private static func delete(_ note: NoteID) -> ClientRequest { .deleteNote(note) }
  private static let refresh = ClientRequest.change(box, .refresh(changes: .of("{}")))
  private static let updateBox = ClientRequest.change(box, .update(changes: changes))
  private static let createBox = ClientRequest.change(box, .create(data: noteData))
  private static let deleteBox = ClientRequest.change(box, .delete)
  /// A note of the same name as a folder.
  private static let boxNote = NoteID.named("box")

  private static func order(of requests: [ClientRequest]) -> RequestOrder {
    var order = RequestOrder()
    for request in requests { order.append(ClientMessage(request), size: 1, readAt: start) }
    return order
  }

  /// The requests that start one after the other without any answer.
  private static func startAll(
    _ order: inout RequestOrder, withoutToken: Bool = false
  ) -> [ClientRequest] {
    var started: [ClientRequest] = []
    while let next = order.next(withoutToken: withoutToken) {
      started.append(next.message.request)
    }
    return started
  }

  private static let startable: [([ClientRequest], [ClientRequest])] = [
    ([], []),
    ([update(red), update(red), update(red)], [update(red), update(red), update(red)]),
    ([join(red), update(red)], [join(red)]),
    ([update(red), join(red)], [update(red)]),
    ([join(red), leave(red)], [join(red)]),
    ([join(red), join(red)], [join(red)]),
    ([join(red), join(blue), leave(green)], [join(red), join(blue), leave(green)]),
    ([join(red), update(red), update(blue)], [join(red), update(blue)]),
    ([update(red), join(red), update(red), join(blue)], [update(red), join(blue)]),
    ([create(red), update(red), join(blue)], [create(red)]),
    ([delete(red), join(blue)], [delete(red)]),
    ([join(blue), create(red), join(green)], [join(blue)]),
    ([create(red), create(blue)], [create(red)]),
    ([updateBox, refresh, updateBox], [updateBox, refresh, updateBox]),
    ([updateBox, join(boxNote), update(boxNote)], [updateBox, join(boxNote)]),
    ([createBox, update(red), updateBox], [createBox]),
    ([update(red), deleteBox, join(blue)], [update(red)]),
    ([updateBox, create(red), updateBox], [updateBox]),
  ]

  @Test(arguments: startable)
  func `requests start that others do not keep back`(
    requests: [ClientRequest], started: [ClientRequest]
  ) {
    var order = Self.order(of: requests)
    #expect(Self.startAll(&order) == started)
    #expect(order.waitingCount == requests.count - started.count)
  }

  private static let startableWithoutWrites: [([ClientRequest], [ClientRequest])] = [
    ([update(red), join(red), join(blue)], [join(red), join(blue)]),
    ([join(red), update(blue), leave(green)], [join(red), leave(green)]),
    ([join(red), leave(red)], [join(red)]),
    ([create(red), join(blue), join(red)], [join(blue)]),
    ([join(blue), delete(red), join(green), leave(red)], [join(blue), join(green)]),
    ([updateBox, join(boxNote), refresh], [join(boxNote)]),
    ([deleteBox, join(red)], [join(red)]),
  ]

  @Test(arguments: startableWithoutWrites)
  func `held writes hold back reads of what they create or delete, and no others`(
    requests: [ClientRequest], started: [ClientRequest]
  ) {
    var order = Self.order(of: requests)
    #expect(Self.startAll(&order, withoutToken: true) == started)
    let rest = Self.startAll(&order).count
    #expect(order.waitingCount == requests.count - started.count - rest)
  }

  @Test func `a barrier starts when all before it have ended, and then the rest`() {
    var order = Self.order(of: [
      Self.update(red), Self.join(blue), Self.create(green), Self.join(red),
    ])
    #expect(Self.startAll(&order) == [Self.update(red), Self.join(blue)])
    #expect(order.finish(operation(2)) != nil)
    #expect(order.next() == nil)
    #expect(order.finish(operation(1)) != nil)
    #expect(Self.startAll(&order) == [Self.create(green)])
    #expect(order.finish(operation(3)) != nil)
    #expect(Self.startAll(&order) == [Self.join(red)])
  }

  @Test func `sizes and counts are back at zero when all has ended`() {
    var order = RequestOrder()
    for (index, request) in [Self.join(red), Self.join(blue), Self.update(blue)].enumerated() {
      order.append(ClientMessage(request), size: 10 << index, readAt: start)
    }
    #expect((order.size, order.count, order.waitingCount) == (70, 3, 3))
    _ = Self.startAll(&order)
    #expect((order.size, order.count, order.waitingCount) == (70, 3, 1))
    _ = order.finish(operation(1))
    #expect((order.size, order.count) == (60, 2))
    #expect(order.removeWaiting() == [ClientMessage(Self.update(blue))])
    #expect((order.size, order.count) == (20, 1))
    _ = order.finish(operation(2))
    #expect((order.size, order.isEmpty) == (0, true))
  }

  @Test func `an operation ends once`() {
    var order = Self.order(of: [Self.join(red)])
    #expect(order.finish(operation(1)) == nil)
    _ = order.next()
    #expect(order.finish(operation(2)) == nil)
    #expect(order.finish(operation(1))?.request == Self.join(red))
    #expect(order.finish(operation(1)) == nil)
  }

  @Test func `without a token reads go on around writes, held and started`() {
    var order = Self.order(of: [
      Self.update(red), Self.join(red), Self.create(blue), Self.join(green), Self.join(blue),
      Self.leave(red),
    ])
    #expect(Self.startAll(&order) == [Self.update(red)])
    #expect(Self.startAll(&order, withoutToken: true) == [Self.join(red), Self.join(green)])
    _ = order.finish(operation(2))
    #expect(Self.startAll(&order, withoutToken: true) == [Self.leave(red)])
    // What is to be created can't be joined before.
    #expect(order.waitingCount == 2)
  }

  @Test func `what waits for a token ends together, the started first`() {
    var order = Self.order(of: [Self.update(red), Self.updateBox, Self.update(blue)])
    _ = Self.startAll(&order)
    order.append(ClientMessage(Self.update(green)), size: 5, readAt: start)
    order.setAside(operation(3))
    order.setAside(operation(1))
    order.setAside(operation(9))
    #expect(
      order.removeHeld().map(\.request) == [
        Self.update(red), Self.update(blue), Self.update(green),
      ])
    #expect((order.count, order.size) == (1, 1))
  }

  @Test func `with a new token nothing is aside any more`() {
    var order = Self.order(of: [Self.update(red)])
    _ = order.next()
    order.setAside(operation(1))
    order.goOn()
    #expect(order.removeHeld() == [])
    #expect(order.finish(operation(1)) != nil)
  }

  @Test func `what writes are under way about is named once, in their order`() {
    var order = Self.order(of: [
      Self.update(red), Self.updateBox, Self.join(green), Self.update(red),
    ])
    _ = Self.startAll(&order)
    #expect(order.startedWriteResources == [.note(red), box])
  }

  @Test func `joins under way are counted where they are no rejoins`() {
    var order = Self.order(of: [Self.join(red), Self.join(blue), Self.update(green)])
    #expect(order.startedJoinCount(outside: []) == 0)
    _ = Self.startAll(&order)
    #expect(order.startedJoinCount(outside: []) == 2)
    #expect(order.startedJoinCount(outside: [red]) == 1)
  }

  /// Whether `later` must wait until `earlier`, sent before it, has ended: the rule by pairs.
  private static func waits(_ later: ClientRequest, for earlier: ClientRequest) -> Bool {
    switch (earlier, later) {
    case (.change(_, .create), _), (.change(_, .delete), _), (_, .change(_, .create)),
      (_, .change(_, .delete)):
      true
    case (.change, .change): false
    default: earlier.resource == later.resource
    }
  }

  private static func isWrite(_ request: ClientRequest) -> Bool {
    if case .change = request { true } else { false }
  }

  /// Whether a read waits for an earlier request while there is no token.
  private static func waitsWithoutToken(
    _ read: ClientRequest, for earlier: ClientRequest
  ) -> Bool {
    switch (read, earlier) {
    case (.joinNote(let note), .joinNote(let other)), (.joinNote(let note), .leaveNote(let other)),
      (.leaveNote(let note), .joinNote(let other)), (.leaveNote(let note), .leaveNote(let other)):
      note == other
    case (.joinNote(let note), .change(let resource, .create)),
      (.joinNote(let note), .change(let resource, .delete)),
      (.leaveNote(let note), .change(let resource, .create)),
      (.leaveNote(let note), .change(let resource, .delete)):
      resource == .note(note)
    default:
      false
    }
  }

  @Test(arguments: UInt64(1)...30)
  func `what starts is the first that no earlier request keeps back`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var order = RequestOrder()
    var unanswered: [(request: ClientRequest, size: Int, operation: OperationID?)] = []
    for step in 0..<300 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4:
        let note = [red, blue, green].randomElement(using: &random) ?? red
        let many = Array(repeating: Self.update(note), count: 3) + [Self.join(note)]
        let request =
          (many + many + [Self.updateBox, Self.refresh, Self.createBox, Self.deleteBox]
          + [Self.leave(note), Self.create(note), Self.delete(note)])
          .randomElement(using: &random) ?? Self.join(note)
        unanswered.append((request, step, nil))
        order.append(ClientMessage(request), size: step, readAt: start)
      case 4..<7:
        let started = unanswered.indices.filter { unanswered[$0].operation != nil }
        guard let index = started.randomElement(using: &random),
          let operation = unanswered[index].operation
        else { break }
        #expect(order.finish(operation)?.request == unanswered[index].request)
        unanswered.remove(at: index)
      default:
        let isHolding = random.happens(percent: 30)
        let first = unanswered.indices.first { index in
          let (request, _, operation) = unanswered[index]
          return operation == nil && !(isHolding && Self.isWrite(request))
            // A read that has passed a held write is under way, and waited for.
            && !unanswered.enumerated().contains { other, earlier in
              guard other < index || (other > index && earlier.operation != nil) else {
                return false
              }
              return isHolding
                ? Self.waitsWithoutToken(request, for: earlier.request)
                : Self.waits(request, for: earlier.request)
            }
        }
        let next = order.next(withoutToken: isHolding)
        #expect(
          next?.message.request == first.map { unanswered[$0].request },
          "seed \(seed), step \(step)")
        if let first, let next { unanswered[first].operation = next.operation }
      }
      #expect(order.count == unanswered.count)
      #expect(order.size == unanswered.reduce(0) { $0 + $1.size })
    }
  }
}
