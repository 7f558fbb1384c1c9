import GatewayLogic
import GatewayLoop
import GatewayTokens
import GatewayTransport
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// Requests that are no upgrades: they go to the upstream, at once or when it is their turn.
extension Worker {
  func requested(_ exchange: HTTPExchange) {
    exchangeCount += 1
    let (method, came) = (MethodLabel(exchange.head.method), SystemClock.monotonic)
    exchange.over = { [unowned self, unowned exchange] in
      exchangeCount -= 1
      metrics.proxyRequests.count(
        method, exchange.status.map { .status($0) } ?? .failed(.aborted))
      let duration = SystemClock.monotonic - came
      metrics.proxyTimes.observe(duration)
      log.debug(
        "request answered",
        [
          .requestID: exchange.requestID.map { String(decoding: $0, as: UTF8.self) },
          .method: method.text, .status: exchange.status, .durationMs: duration,
          .peer: exchange.peer,
        ])
      if phase != .running {
        reportIfEmptied()
        endIfFinished()
      }
    }
    guard phase == .running || phase == .draining else {
      exchange.refuse(
        status: 503, code: "going_away", message: "The gateway is going away")
      return
    }
    guard let rules = setup.forwarding else {
      exchange.refuse(status: 404, code: "not_found", message: "Not found")
      return
    }
    guard let write = UnverifiedWrite(exchange, setup.watched, rules) else {
      passOn(exchange, rules)
      return
    }
    consider(write)
  }

  /// Sends a write on its way, or keeps it until there may be a key for its token.
  func consider(_ write: UnverifiedWrite) {
    switch tokens.judge(write.token, at: SystemClock.wall) {
    case .good(let verified): watch(write, of: verified.user)
    case .keyMissing: waitForKey(write)
    case .bad: passOn(write.exchange, write.rules)
    }
  }

  /// Passes a request on and no more.
  private func passOn(_ exchange: HTTPExchange, _ rules: ForwardingRules) {
    let request = ForwardedRequest(exchange, bodySizeMax: rules.bodySizeMax)
    request.forward(rules, ids: &requestIDs, through: upstream)
  }

  // MARK: Tokens without a key

  /// Keeps a request, with its body unread, until it is known whether there is a key. Where too
  /// many wait it goes on as it is.
  private func waitForKey(_ write: UnverifiedWrite) {
    guard phase == .running, let place = waitingRequests.insert(write) else {
      passOn(write.exchange, write.rules)
      return
    }
    write.exchange.endsWithInput = true
    write.exchange.aborted = { [unowned self] in waitingRequests.remove(place.number) }
    if place.isFirst { report(.unknownKey(worker: index, of: .request)) }
  }

  /// What there was to wait for has come, or will not.
  func goOn(_ write: UnverifiedWrite) {
    if case .good(let verified) = tokens.judge(write.token, at: SystemClock.wall) {
      watch(write, of: verified.user)
    } else {
      passOn(write.exchange, write.rules)
    }
  }

  // MARK: Watched requests

  private func watch(_ unverified: UnverifiedWrite, of user: UserID) {
    watchedCount += 1
    let ticket = ProxyTicket(worker: index, number: watchedCount)
    let write = WatchedWrite(
      match: unverified.match, ticket: ticket, user: user, token: unverified.token,
      exception: unverified.exchange.head.callersConnection)
    let request = WatchedRequest(
      write, unverified.rules, sizeMax: setup.rules.limits.messageSizeMax,
      locations: setup.locations)
    request.told = { [unowned self] in outcomeKnown($0, isLast: $1) }
    request.over = { [unowned self] in watchedEnded($0, isLast: $1) }
    watched[write.ticket.number] = request
    request.forwarded = ForwardedRequest(
      unverified.exchange, bodySizeMax: unverified.rules.bodySizeMax, observer: request)
    // A body that is too large has been refused already.
    guard watched[write.ticket.number] != nil else { return }
    if let proxied = write.proxied {
      post(.proxied(proxied))
    } else {
      go(request)
    }
    settle()
  }

  /// It is a watched request's turn. If its client went while the lane called it, the lane is about
  /// to hear that it was withdrawn.
  func go(_ write: ProxiedWrite) {
    if let request = watched[write.ticket.number] { go(request) }
  }

  private func go(_ request: WatchedRequest) {
    request.turn.go(at: SystemClock.monotonic)
    startTurnTimer()
    request.forwarded?.forward(request.rules, ids: &requestIDs, through: upstream)
  }

  /// Too many wait in the lane of what it changes.
  func refuse(_ write: ProxiedWrite) {
    guard let request = watched.removeValue(forKey: write.ticket.number) else { return }
    request.turn.refused()
    request.over = nil
    request.forwarded?.refuse(ProxyRefusal(.queueFull))
    request.forwarded = nil
  }

  // MARK: Outcomes

  private func outcomeKnown(_ message: HomeMessage, isLast: Bool) {
    guard phase != .over else { return }
    let told = WorkerMessage.outcome(message, knownAt: SystemClock.monotonic)
    if isLast {
      post(told, to: home(of: message.resource))
    } else {
      // In the midst of the upstream's or the front's doings: later, even if it is for this worker.
      peers[Int(home(of: message.resource))].mailbox.post(told)
    }
  }

  // MARK: Turns

  private var turnDuration: Duration { setup.upstream.requestTimeout }

  private func startTurnTimer() {
    guard !isTurnTimerRunning else { return }
    isTurnTimerRunning = true
    turnTimer?.start(after: turnDuration)
  }

  /// Asks all that have a turn whether they have to give it back.
  func takeTurnsBack(at now: MonotonicTime) {
    isTurnTimerRunning = false
    for request in watched.values {
      let isWhole = request.forwarded?.isWhole != false
      switch request.turn.looked(at: now, longest: turnDuration, isWhole: isWhole) {
      case .none: break
      case .notYet: startTurnTimer()
      case .over(let message): post(message)
      }
    }
    settle()
  }

  private func watchedEnded(_ request: WatchedRequest, isLast: Bool) {
    watched[request.write.ticket.number] = nil
    guard phase != .over else { return }
    if phase != .running { reportIfEmptied() }
    if isLast {
      settle()
    } else {
      endIfFinished()
    }
  }
}
