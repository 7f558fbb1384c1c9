import GatewayConfiguration
import GatewayLogic
import GatewayLoop
import GatewayTokens
import GatewayTransport
import GatewayTypes
import GatewayWire

/// The admin listener: what operators ask of the gateway, and what the API publishes.
///
/// Thread: the main one.
final class AdminServer: HTTPOnlyHandler {
  /// What it needs to be told, and to say.
  struct Environment {
    let address: ListenAddress
    /// Nil where nobody may publish.
    let publishToken: () -> BearerToken?
    /// The largest body of a request to publish.
    let bodySizeMax: () -> Int
    let workers: [WorkerHandle]
    /// The worker that is the home of a note or folder.
    let home: (Resource) -> WorkerHandle
    /// Whether workers take what is published.
    let isRunning: () -> Bool
    /// Why the gateway is not ready; nil when it is.
    let unreadiness: () -> String?
    let mainFigures: () -> GatewayFigures.Main
    let log: Log
  }

  /// How long a worker may take to answer: its loop turns in milliseconds.
  private static let answerTimeout = Duration.seconds(1)
  /// Connections at a time; operators have few.
  private static let connectionCountMax = 64

  private let environment: Environment
  private let access: AdminAccess
  private let front: Front
  private var polling: Polling<AdminAnswer>
  private var publishing = Publishing()
  private var pollTimer: Timer?
  private var connectionCount = 0
  /// Of each worker what it said last.
  private var lastFigures: [UInt16: WorkerFigures] = [:]

  /// Serves on the listening socket `descriptor`, which is its own from now on.
  init(_ environment: Environment, on loop: Loop, descriptor: CInt) throws(FrontError) {
    self.environment = environment
    access = AdminAccess(environment.address)
    polling = Polling(
      workerCount: environment.workers.count, timeout: AdminServer.answerTimeout)
    do {
      front = try Front(
        loop: loop, workerIndex: 0,
        settings: TransportSettings(pingInterval: .zero), tls: [], ticketKeys: TLSTicketKeys())
    } catch {
      ListeningSocket.close(descriptor)
      throw error
    }
    front.handler = self
    pollTimer = Timer(on: loop) { [unowned self] in endOverduePolls() }
    front.listen(on: descriptor, tlsIndex: nil)
  }

  /// Drops its connections. To be called before the loop is released, not from within a callback.
  func shutdown() {
    pollTimer = nil
    front.shutdown()
  }

  // MARK: Connections

  func accepted(from peer: PeerAddress) -> AcceptDecision {
    guard connectionCount < AdminServer.connectionCountMax else {
      return .refuse(
        HTTPRefusal(
          status: 503, code: "too_many_connections", message: "Too many connections"))
    }
    connectionCount += 1
    return .accept(ConnectionTicket())
  }

  func ended(_ ticket: ConnectionTicket) {
    connectionCount -= 1
  }

  func upgradeRequested(
    _ head: RequestHead, peer: PeerAddress, isTLS: Bool, _ ticket: ConnectionTicket
  ) -> UpgradeDecision {
    .refuse(HTTPRefusal(status: 404, code: "not_found", message: "No WebSocket here"))
  }

  // MARK: Requests

  func requested(_ exchange: HTTPExchange) {
    if let refusal = access.refusal(of: exchange.head) {
      exchange.refuse(
        status: refusal.status, code: refusal.code, message: refusal.message)
      return
    }
    guard let route = AdminRoute(path: exchange.head.path),
      route != .publish || environment.publishToken() != nil
    else {
      exchange.refuse(status: 404, code: "not_found", message: "Not found")
      return
    }
    guard route.allows(exchange.head.method) else {
      exchange.refuse(
        status: 405, code: "method_not_allowed", message: "The method is not allowed here",
        fields: [ResponseField("Allow", route.methods.joined(separator: ", "))])
      return
    }
    answer(route, exchange)
  }

  private func answer(_ route: AdminRoute, _ exchange: HTTPExchange) {
    switch route {
    case .page:
      AdminPage.respond(to: exchange)
    case .health:
      ask(.turning) { [unowned self] answers in
        let isTurning = answers.count == environment.workers.count
        exchange.respond(
          isTurning ? 200 : 503, text: isTurning ? "ok" : "a worker's loop does not turn")
      }
    case .readiness:
      let reason = environment.unreadiness()
      exchange.respond(reason == nil ? 200 : 503, text: reason ?? "ready")
    case .metrics:
      ask(.figures) { [unowned self] in respond(exchange, with: $0) }
    case .connections:
      answerConnections(exchange)
    case .publish:
      publish(exchange)
    }
  }

  // MARK: Asking the workers

  private func ask(
    _ question: AdminQuestion, _ completion: @escaping ([UInt16: AdminAnswer]) -> Void
  ) {
    let number = polling.ask(at: SystemClock.monotonic, completion)
    for worker in environment.workers { worker.mailbox.post(.asked(question, number: number)) }
    startPollTimer()
  }

  /// A worker has answered a question.
  func answered(_ number: UInt64, by worker: UInt16, _ answer: AdminAnswer) {
    if case .figures(let figures) = answer { lastFigures[worker] = figures }
    if let done = polling.answered(number, by: worker, answer) { done.completion(done.answers) }
  }

  private func startPollTimer() {
    guard let next = polling.nextDeadline else { return }
    pollTimer?.start(after: max(.zero, next - SystemClock.monotonic))
  }

  private func endOverduePolls() {
    while let done = polling.popOverdue(at: SystemClock.monotonic) {
      done.completion(done.answers)
    }
    startPollTimer()
  }

  private func respond(_ exchange: HTTPExchange, with answers: [UInt16: AdminAnswer]) {
    let figures = GatewayFigures(
      build: .current, main: environment.mainFigures(),
      workers: lastFigures.values.sorted { $0.worker < $1.worker }, process: .current)
    exchange.respond(
      status: 200,
      fields: [
        ResponseField("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
        ResponseField("Cache-Control", "no-store"),
      ],
      body: figures.text)
  }

  // MARK: Connections of a user

  private func answerConnections(_ exchange: HTTPExchange) {
    guard let user = exchange.head.queriedUser else {
      exchange.refuse(
        status: 400, code: "invalid_request", message: "user: expected one user's name in the query"
      )
      return
    }
    let closes = exchange.head.method.elementsEqual("DELETE".utf8)
    ask(closes ? .close(user) : .connections(of: user)) { [unowned self] answers in
      // Half an answer would say of the other half that there is nothing.
      guard answers.count == environment.workers.count else {
        exchange.refuse(
          status: 503, code: "overloaded", message: "A worker did not answer in time")
        return
      }
      exchange.respond(status: 200, json: AdminServer.json(answers, closes: closes))
    }
  }

  private static func json(_ answers: [UInt16: AdminAnswer], closes: Bool) -> [UInt8] {
    var count = 0
    var connections: [ConnectionFigures] = []
    for answer in answers.values {
      switch answer {
      case .connections(let some): connections += some
      case .closed(count: let some): count += some
      case .turning, .figures: break
      }
    }
    if closes { return Array("{\"closed\":\(count)}".utf8) }
    let all = connections.sorted { $0.since < $1.since }.map(\.json).joined(separator: ",")
    return Array("{\"connections\":[\(all)]}".utf8)
  }

  // MARK: Publishing

  private func publish(_ exchange: HTTPExchange) {
    guard let token = environment.publishToken(),
      let shown = exchange.head.bearerToken, shown.isEqualInConstantTime(to: token)
    else {
      environment.log.notice(
        "publishing refused: the token is missing or wrong", as: .publishRefused,
        [.peer: exchange.peer])
      exchange.refuse(
        status: 401, code: "unauthorized", message: "The token to publish with is missing or wrong",
        fields: [ResponseField("WWW-Authenticate", "Bearer")])
      return
    }
    exchange.collectBody(upTo: environment.bodySizeMax()) { [unowned self] body in
      do throws(PublishedEventsError) {
        take(try PublishedEvents(body), of: exchange, size: body.count)
      } catch {
        refuse(exchange, error)
      }
    }
  }

  private func refuse(_ exchange: HTTPExchange, _ error: PublishedEventsError) {
    switch error {
    case .invalid(let reason):
      exchange.refuse(status: 400, code: "invalid_request", message: reason)
    case .tooMany:
      exchange.refuse(
        status: 413, code: "too_large",
        message: "One request has at most \(PublishedEvents.countMax) events")
    }
  }

  private func take(_ published: PublishedEvents, of exchange: HTTPExchange, size: Int) {
    guard environment.isRunning() else {
      exchange.refuse(
        status: 503, code: "going_away", message: "The gateway is starting or going away")
      return
    }
    let number = publishing.take(
      exchange, eventCount: published.events.count, isArray: published.isArray, size: size)
    guard let number else {
      exchange.refuse(
        status: 503, code: "overloaded", message: "Too many events wait for their turn already")
      return
    }
    let (now, wallNow) = (SystemClock.monotonic, SystemClock.wall)
    for (index, event) in published.events.enumerated() {
      let publication = Publication(
        event, ticket: PublishTicket(request: number, index: index), at: now, wallNow: wallNow)
      environment.home(event.resource).mailbox.post(.home(.published(publication)))
    }
  }

  /// A worker has announced an event.
  func published(_ ticket: PublishTicket, _ position: NotePosition) {
    publishing.published(ticket.request, ticket.index, position)
  }
}

@available(*, unavailable)
extension AdminServer: Sendable {}

extension HTTPExchange {
  fileprivate func respond(_ status: Int, text: String) {
    respond(
      status: status,
      fields: [
        ResponseField("Content-Type", "text/plain; charset=utf-8"),
        ResponseField("Cache-Control", "no-store"),
      ],
      body: Array(text.utf8))
  }
}

extension GatewayFigures.Build {
  static let current = GatewayFigures.Build(
    version: Version.current, webSockets: LibraryVersions.webSockets,
    openSSL: LibraryVersions.openSSL)
}
