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
    exchange.over = { [unowned self] in
      exchangeCount -= 1
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
    if let write = watchedWrite(exchange.head) {
      watch(exchange, write, rules)
    } else {
      let request = ForwardedRequest(exchange, bodySizeMax: rules.bodySizeMax)
      request.forward(rules, ids: &requestIDs, through: upstream)
    }
  }

  /// What others are to hear of a request; nil for one that is passed on and no more.
  private func watchedWrite(_ head: RequestHead) -> WatchedWrite? {
    guard let match = setup.watched?.match(method: head.method, path: head.path),
      let token = head.bearerToken,
      case .good(let verified) = tokens.judge(token, at: SystemClock.wall)
    else { return nil }
    watchedCount += 1
    return WatchedWrite(
      match: match, ticket: ProxyTicket(worker: index, number: watchedCount),
      user: verified.user, token: token, exception: head.callersConnection)
  }

  private func watch(_ exchange: HTTPExchange, _ write: WatchedWrite, _ rules: ForwardingRules) {
    let request = WatchedRequest(
      write, sizeMax: setup.rules.limits.messageSizeMax, locations: setup.locations)
    request.told = { [unowned self] in outcomeKnown($0, isLast: $1) }
    request.over = { [unowned self] in watchedEnded($0, isLast: $1) }
    watched[write.ticket.number] = request
    request.forwarded = ForwardedRequest(
      exchange, bodySizeMax: rules.bodySizeMax, observer: request)
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
    guard let rules = setup.forwarding else { return }
    request.turn.go(at: SystemClock.monotonic)
    startTurnTimer()
    request.forwarded?.forward(rules, ids: &requestIDs, through: upstream)
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
    if isLast {
      post(message)
    } else {
      // In the midst of the upstream's or the front's doings: later, even if it is for this worker.
      peers[Int(home(of: message.resource))].mailbox.post(.home(message))
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
