import GatewayLogic
import GatewayLoop
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// The notes whose home is this worker: their writes, their readers, and the upstream's answers.
extension Worker {
  /// `causedAt` is when the upstream's answer was read that is told of; nil for now.
  func receive(_ message: HomeMessage, causedAt time: MonotonicTime? = nil) {
    causedAt = time ?? SystemClock.monotonic
    home.receive(
      message, newEpoch: nextEpoch(), at: SystemClock.monotonic, wallNow: SystemClock.wall,
      into: &homeEffects)
    runHomeEffects()
  }

  /// Does what the home wants, in order. None of it comes back before it has returned, but for what
  /// it wants to know at once; what it then wants comes behind.
  private func runHomeEffects() {
    var index = 0
    while index < homeEffects.count {
      run(homeEffects[index])
      index += 1
    }
    homeEffects.removeAll(keepingCapacity: true)
  }

  private func run(_ effect: HomeEffect) {
    switch effect {
    case .request(let step, for: let write):
      let route = RouteLabel(step, write.resource)
      let asker = Asker(route, write.resource, write.writer.connection)
      ask(asker, setup.routes.request(step, for: write)) { worker, reply in
        worker.home.writeAnswered(
          reply, of: write.resource, at: SystemClock.monotonic, wallNow: SystemClock.wall,
          into: &worker.homeEffects)
      }
    case .check(let join):
      let request = setup.routes.look(at: .note(join.note), as: join.user, join.token)
      ask(Asker(.getNote, .note(join.note), join.connection), request) { worker, reply in
        worker.home.checkAnswered(
          reply, to: join, at: SystemClock.monotonic, into: &worker.homeEffects)
      }
    case .answerWriter(let writer, let result):
      logRefusal(of: writer, result)
      post(.writeAnswered(writer, result), to: writer.connection.worker)
    case .aside(let writer, of: let resource, isRefused: let isRefused):
      post(
        .setAside(writer, resource, isRefused: isRefused), to: writer.connection.worker)
    case .answerJoiner(let request, let result):
      post(.joinAnswered(request, result), to: request.connection.worker)
    case .announce(let announcement, of: let resource, roomWorkers: let roomWorkers):
      announce(announcement, of: resource, roomWorkers: roomWorkers)
    case .go(let write):
      post(.go(write), to: write.ticket.worker)
    case .refuse(let write):
      post(.refuse(write), to: write.ticket.worker)
    case .look(for: let write):
      let request = setup.routes.look(at: write.resource, as: write.user, write.token)
      let asker = Asker(RouteLabel(.look, write.resource), write.resource, nil)
      ask(asker, request) { worker, reply in
        worker.home.writeAnswered(
          reply, of: write.resource, at: SystemClock.monotonic, wallNow: SystemClock.wall,
          into: &worker.homeEffects)
      }
    case .compare(proxied: let proxied, said: let said, of: let resource):
      home.compared(
        resource, isSame: isSame(proxied, said, in: resource), at: SystemClock.monotonic,
        into: &homeEffects)
    case .published(let publication, let position):
      report(.published(publication.ticket, position))
    }
  }

  /// A message of a note has lost what the API is not to be given; the request has not.
  private func isSame(_ proxied: JSONText, _ said: JSONText, in resource: Resource) -> Bool {
    if case .note = resource, !setup.parser.updatableFields.isEmpty,
      let kept = proxied.keeping(members: setup.parser.updatableFields)
    {
      return kept.isEqualValue(to: said)
    }
    return proxied.isEqualValue(to: said)
  }

  /// Asks the upstream, and tells the home of its reply.
  private func ask(
    _ asker: Asker, _ request: UpstreamRequest,
    _ answered: @escaping (Worker, UpstreamReply) -> Void
  ) {
    let askedAt = SystemClock.monotonic
    upstream.send(request) { [unowned self] outcome in
      causedAt = SystemClock.monotonic
      metrics.upstreamRequests.count(asker.route, StatusTally.Outcome(outcome))
      metrics.upstreamTimes.observe(asker.route, causedAt - askedAt)
      logAnswer(outcome, to: asker, after: causedAt - askedAt)
      answered(self, UpstreamReply(outcome))
      runHomeEffects()
      settle()
    }
  }

  private func logAnswer(
    _ outcome: UpstreamOutcome, to asker: Asker, after duration: Duration
  ) {
    log.debug(
      "the notes API was asked",
      [
        .connection: asker.connection, .route: asker.route.text, .note: asker.resource.note,
        .folder: asker.resource.folder, .upstreamStatus: outcome.status,
        .error: outcome.failure, .durationMs: duration,
      ])
    guard let status = outcome.status else { return }
    if status >= 500 {
      log.warning(
        "the notes API answers with errors", as: .upstreamRefused(status: .failing),
        [.route: asker.route.text, .upstreamStatus: status])
    } else if status == 401 || status == 403, setup.routes.identity.isGateways {
      log.warning(
        "the notes API refuses the gateway's own token",
        as: .upstreamRefused(status: .unauthorized),
        [.route: asker.route.text, .upstreamStatus: status])
    }
  }

  private func logRefusal(of writer: Writer, _ result: WriteResult) {
    guard case .refused(let report) = result else { return }
    log.debug(
      "write refused",
      [
        .connection: writer.connection, .code: report.code, .upstreamStatus: report.status,
      ])
  }
}

/// For what the upstream is asked, and for whom.
private struct Asker {
  let route: RouteLabel
  let resource: Resource
  /// Nil for a write by REST.
  let connection: ConnectionID?

  init(_ route: RouteLabel, _ resource: Resource, _ connection: ConnectionID?) {
    self.route = route
    self.resource = resource
    self.connection = connection
  }
}

extension UpstreamRoutes.Identity {
  /// Whether requests have the gateway's own token.
  fileprivate var isGateways: Bool {
    if case .service = self { true } else { false }
  }
}
