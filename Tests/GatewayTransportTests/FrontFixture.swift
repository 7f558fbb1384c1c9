import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayWire
import Glibc
import Synchronization
import Testing

/// What a front told its handler.
enum FrontEvent: Hashable, Sendable {
  case opened(ConnectionID)
  case text(ConnectionID, [UInt8])
  case binary(ConnectionID)
  case tooLarge(ConnectionID)
  case overflowed(ConnectionID)
  case closed(ConnectionID, ClosedReason)
  /// What a test's own closures have to say.
  case note(String)
}

/// A front on a loop and a thread of its own, for a test that is its client.
///
/// Upgrades of `/ws` are accepted, and what else comes in is answered by `answer`.
final class FrontFixture: Sendable {
  typealias Answer = @Sendable (HTTPExchange, FrontEvents) -> Void

  let events = FrontEvents()
  let port: UInt16
  private let commands = Mailbox<@Sendable (Front, Loop) -> Void>()
  private let thread = Mutex<OSThread?>(nil)

  /// Starts a front that listens on a free port of the loopback interface.
  init(
    settings: TransportSettings = TransportSettings(), tls: [TLSSettings] = [],
    ticketKeys: TLSTicketKeys = TLSTicketKeys(), workerIndex: UInt16 = 7, listener: CInt? = nil,
    isShared: Bool = false, answer: @escaping Answer = FrontFixture.echo
  ) throws {
    let listener = try listener ?? TestSocket.listen()
    port = TestSocket.port(of: listener)
    let started = Waiter<String?>()
    let thread = OSThread(name: "front") { [events, commands] in
      let loop = Loop()
      do {
        let front = try Front(
          loop: loop, workerIndex: workerIndex, settings: settings, tls: tls, ticketKeys: ticketKeys
        )
        let handler = FixtureHandler(events, answer)
        front.handler = handler
        commands.open(on: loop) {
          for command in commands.take() { command(front, loop) }
        }
        front.listen(on: listener, tlsIndex: tls.isEmpty ? nil : 0, isShared: isShared)
        started.put(nil)
        loop.run()
        commands.close()
        withExtendedLifetime(handler) { front.shutdown() }
      } catch {
        started.put("\(error)")
      }
    }
    self.thread.withLock { $0 = thread }
    if let problem = try started.take() { throw TestFailure(problem) }
  }

  deinit {
    stop()
  }

  /// Runs `body` on the front's thread, some time later.
  func perform(_ body: @escaping @Sendable (Front) -> Void) {
    commands.post { front, _ in body(front) }
  }

  /// Runs `body` on the front's thread and waits for what it returns.
  func ask<Value: Sendable>(_ body: @escaping @Sendable (Front) -> Value) throws -> Value {
    let answer = Waiter<Value>()
    perform { answer.put(body($0)) }
    return try answer.take()
  }

  /// Ends the front, dropping what is open.
  func stop() {
    let thread = thread.withLock { thread in
      let taken = thread
      thread = nil
      return taken
    }
    guard let thread else { return }
    commands.post { _, loop in loop.stop() }
    thread.join()
  }

  /// Answers with the method, the target and the body of the request.
  static let echo: Answer = { exchange, _ in
    exchange.collectBody(upTo: 1 << 20) { body in
      let line = "\(text(exchange.head.method)) \(text(exchange.head.target)) "
      exchange.respond(
        status: 200, fields: [ResponseField("Content-Type", "text/plain")],
        body: Array(line.utf8) + body)
    }
  }
}

func text(_ bytes: some Sequence<UInt8>) -> String {
  String(decoding: Array(bytes), as: UTF8.self)
}

/// What happens, in order, for a thread that waits for it.
final class FrontEvents: Sendable {
  private let waiter = Waiter<FrontEvent>()

  func add(_ event: FrontEvent) {
    waiter.put(event)
  }

  func note(_ text: String) {
    add(.note(text))
  }

  /// The next event, waiting for it.
  func next() throws -> FrontEvent {
    try waiter.take()
  }

  /// The connection that was opened next.
  func nextOpened() throws -> ConnectionID {
    let event = try next()
    guard case .opened(let id) = event else { throw TestFailure("\(event), not an opening") }
    return id
  }

  /// Why the connection that ended next did.
  func nextClosed() throws -> ClosedReason {
    let event = try next()
    guard case .closed(_, let reason) = event else { throw TestFailure("\(event), not an end") }
    return reason
  }
}

struct TestFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Values that one thread leaves and another takes, oldest first.
final class Waiter<Value: Sendable>: Sendable {
  /// Longer than anything here takes on a slow machine: only a failing test waits so long.
  private static var patienceMs: CInt { 20_000 }

  private let values = Mutex<[Value]>([])
  /// A pipe with a byte for each value.
  private let readEnd: CInt
  private let writeEnd: CInt

  init() {
    var ends: [CInt] = [-1, -1]
    precondition(pipe(&ends) == 0, "there are descriptors")
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func put(_ value: Value) {
    values.withLock { $0.append(value) }
    var byte: UInt8 = 0
    precondition(write(writeEnd, &byte, 1) == 1, "the pipe has room")
  }

  func take() throws -> Value {
    var poll = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, Waiter.patienceMs) == 1 else {
      throw TestFailure("nothing happened")
    }
    var byte: UInt8 = 0
    precondition(read(readEnd, &byte, 1) == 1, "the pipe has a byte")
    return values.withLock { $0.removeFirst() }
  }
}

private final class FixtureHandler: FrontHandler {
  private let events: FrontEvents
  private let answer: FrontFixture.Answer

  init(_ events: FrontEvents, _ answer: @escaping FrontFixture.Answer) {
    self.events = events
    self.answer = answer
  }

  func upgradeRequested(
    _ head: RequestHead, peer: PeerAddress, isTLS: Bool, _ ticket: ConnectionTicket
  ) -> UpgradeDecision {
    head.path.equals("/ws")
      ? .accept(ticket, client: peer)
      : .refuse(HTTPRefusal(status: 404, code: "not_found", message: "No WebSocket here"))
  }

  func requested(_ exchange: HTTPExchange) { answer(exchange, events) }
  func opened(_ id: ConnectionID, client: PeerAddress, _ ticket: ConnectionTicket) {
    events.add(.opened(id))
  }
  func receivedText(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer) {
    events.add(.text(id, Array(bytes)))
  }
  func receivedTooEarly(_ id: ConnectionID) { events.note("too early") }
  func receivedBinary(_ id: ConnectionID) { events.add(.binary(id)) }
  func receivedTooLarge(_ id: ConnectionID) { events.add(.tooLarge(id)) }
  func outboundQueueOverflowed(_ id: ConnectionID) { events.add(.overflowed(id)) }
  func closed(_ id: ConnectionID, _ reason: ClosedReason) { events.add(.closed(id, reason)) }
}
