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
    let request = WatchedRequest(write, sizeMax: setup.rules.limits.messageSizeMax)
    request.told = { [unowned self] in outcomeKnown($0, $1, isLast: $2) }
    request.over = { [unowned self] in watchedEnded($0, isLast: $1) }
    watched[write.ticket.number] = request
    request.forwarded = ForwardedRequest(
      exchange, bodySizeMax: rules.bodySizeMax, observer: request)
    // A body that is too large has been refused already.
    guard watched[write.ticket.number] != nil else { return }
    if let proxied = write.proxied {
      post(.proxied(proxied), to: home(of: proxied.resource))
    } else {
      go(request)
    }
    settle()
  }

  /// It is a watched request's turn.
  func go(_ write: ProxiedWrite) {
    if let request = watched[write.ticket.number] {
      go(request)
    } else {
      // Its client went while the lane called it.
      post(.proxiedEnded(write, .notAccepted), to: home(of: write.resource))
    }
  }

  private func go(_ request: WatchedRequest) {
    guard let rules = setup.forwarding else { return }
    request.turn = .had(since: SystemClock.monotonic)
    startTurnTimer()
    request.forwarded?.forward(rules, ids: &requestIDs, through: upstream)
  }

  /// Too many wait in the lane of what it changes.
  func refuse(_ write: ProxiedWrite) {
    guard let request = watched.removeValue(forKey: write.ticket.number) else { return }
    request.told = nil
    request.over = nil
    request.forwarded?.refuse(ProxyRefusal(.queueFull))
    request.forwarded = nil
  }

  // MARK: Outcomes

  private func outcomeKnown(
    _ request: WatchedRequest, _ outcome: ProxiedOutcome, isLast: Bool
  ) {
    guard phase != .over, let message = message(of: request, outcome) else { return }
    if isLast {
      post(message.0, to: message.1)
    } else {
      // In the midst of the upstream's or the front's doings: later, even if it is for this worker.
      peers[Int(message.1)].mailbox.post(message.0)
    }
  }

  private func message(
    of request: WatchedRequest, _ outcome: ProxiedOutcome
  ) -> (WorkerMessage, UInt16)? {
    if let write = request.write.proxied {
      let message: WorkerMessage =
        switch request.turn {
        case .awaited: .proxiedWithdrawn(write)
        case .had: .proxiedEnded(write, outcome)
        case .givenBack: .proxiedDone(write, outcome)
        }
      return (message, home(of: write.resource))
    }
    let text: [UInt8]
    switch outcome {
    case .notAccepted, .accepted(_, answer: nil): return nil
    case .accepted(_, answer: let answer?): text = answer.bytes
    case .acceptedUnseen: text = request.answerBeginning
    }
    guard let name = JSONText.id(inBeginning: text), let write = request.write.creation(of: name)
    else { return nil }
    return (.proxiedDone(write, outcome), home(of: write.resource))
  }

  // MARK: Turns

  private var turnDuration: Duration { setup.upstream.requestTimeout }

  private func startTurnTimer() {
    guard !isTurnTimerRunning else { return }
    isTurnTimerRunning = true
    turnTimer?.start(after: turnDuration)
  }

  /// A client that lets the note's other writers wait for its body for longer than they would wait
  /// for the upstream gives its turn back: otherwise anybody could hold up any note.
  func takeTurnsBack(at now: MonotonicTime) {
    isTurnTimerRunning = false
    // Whose outcome has been told has none to give back.
    for request in watched.values where request.awaitsOutcome {
      guard case .had(since: let since) = request.turn, request.forwarded?.isWhole == false,
        let write = request.write.proxied
      else { continue }
      if now - since >= turnDuration {
        request.turn = .givenBack
        post(.proxiedEnded(write, .notAccepted), to: home(of: write.resource))
      } else {
        startTurnTimer()
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
