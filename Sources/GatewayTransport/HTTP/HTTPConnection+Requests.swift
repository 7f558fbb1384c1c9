import CWebSockets
import GatewayLoop
import GatewayTypes
import GatewayWire

// From bytes to requests, and from one request to the next.
extension HTTPConnection {
  /// Takes as many of the bytes as somebody wants now. Returns their number.
  func process(_ bytes: UnsafeRawBufferPointer) -> Int {
    isProcessing = true
    defer { isProcessing = false }
    var used = 0
    while true {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
      switch phase {
      case .head:
        guard !rest.isEmpty else { return used }
        used += readHead(rest)
      case .exchange:
        guard let taken = readBody(rest) else { return used }
        used += taken
      case .skipping(let sizeMax):
        guard let taken = skipBody(rest, sizeMax: sizeMax) else { return used }
        used += taken
      case .lingering(let sizeMax):
        phase = .lingering(sizeMax: sizeMax - min(sizeMax, rest.count))
        if rest.count > sizeMax { close() }
        return bytes.count
      case .ending, .closed:
        return bytes.count
      }
    }
  }

  // MARK: Heads

  private func readHead(_ bytes: UnsafeRawBufferPointer) -> Int {
    let wasBetweenRequests = parser.isBetweenRequests
    switch parser.consume(bytes) {
    case .needMore:
      // The first head's time runs from the accept.
      if wasBetweenRequests, !isFirstRequest { setDeadline(in: front.settings.headerTimeout) }
      return bytes.count
    case .failed(let error):
      let code = error.status == 431 ? "header_too_large" : "bad_request"
      refuse(HTTPRefusal(status: error.status, code: code, message: error.description))
      return bytes.count
    case .complete(let head, consumed: let size):
      isFirstRequest = false
      clearDeadline()
      took(head, following: UnsafeRawBufferPointer(rebasing: bytes[size...]))
      return size
    }
  }

  private func took(_ head: RequestHead, following: UnsafeRawBufferPointer) {
    switch admission {
    case .refused(let refusal): refuse(refusal)
    case .accepted(let ticket): took(head, following: following, ticket)
    }
  }

  private func took(
    _ head: RequestHead, following: UnsafeRawBufferPointer, _ ticket: ConnectionTicket
  ) {
    switch WebSocketUpgrade(head) {
    case .none:
      begin(head)
    case .malformed:
      front.handler?.malformedUpgradeRefused()
      refuse(
        HTTPRefusal(
          status: 400, code: "bad_request",
          message: "This is not a well-formed WebSocket handshake"))
    case .unsupportedVersion:
      front.handler?.malformedUpgradeRefused()
      send(WholeResponse.upgradeRequired)
      endWhenGone()
    case .wellFormed(let key):
      switch front.handler?.upgradeRequested(head, peer: peer, isTLS: isTLS, ticket) {
      case .accept(let ticket, client: let client):
        upgrade(key, following: following, Slot.Upgrade(client: client, ticket: ticket))
      case .refuse(let refusal):
        refuse(refusal)
      case nil:
        close()
      }
    }
  }

  private func begin(_ head: RequestHead) {
    body = RequestBody(head.framing)
    phase = .exchange
    let exchange = HTTPExchange(head, on: self)
    self.exchange = exchange
    guard let handler = front.handler else {
      close()
      return
    }
    handler.requested(exchange)
  }

  private func upgrade(
    _ key: WebSocketKey, following: UnsafeRawBufferPointer, _ upgrade: Slot.Upgrade
  ) {
    guard let stream else { return }
    self.stream = nil
    phase = .closed
    front.remove(self)
    front.upgrade(stream, key: key, following: following, upgrade)
  }

  /// Answers a request that is not taken, and closes: nothing that follows it is read.
  func refuse(_ refusal: HTTPRefusal) {
    send(
      WholeResponse.error(
        status: refusal.status, code: refusal.code, message: refusal.message,
        connection: [.close]))
    endWhenGone()
  }

  /// Lingers once all output is gone.
  func endWhenGone() {
    input = []
    phase = .ending
    if !hasOutput, !isBroken { linger() }
  }

  // MARK: Bodies

  /// Takes the next bytes of the body, or tells its end. Nil when nobody wants them, or nothing
  /// came.
  private func readBody(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let exchange else { return nil }
    if !isBlocked { clearDeadline() }
    guard exchange.wantsBody else { return nil }
    if body.isEnded {
      exchange.bodyEnded()
      return 0
    }
    guard !bytes.isEmpty else { return nil }
    switch body.consume(bytes) {
    case .payload(let range):
      exchange.received(UnsafeRawBufferPointer(rebasing: bytes[range]))
      return range.upperBound
    case .taken(let size):
      return size
    case .failed(let error):
      bodyFailed(status: error.status, code: "bad_request", message: "The body is malformed")
      return bytes.count
    }
  }

  /// The body can't be read to its end, so there can't be another request either.
  func bodyFailed(status: Int, code: String, message: String) {
    guard let exchange, exchange.hasNotAnswered else {
      close()
      return
    }
    self.exchange = nil
    refuse(HTTPRefusal(status: status, code: code, message: message))
    exchange.refused(status: status)
    exchange.connectionLost()
  }

  /// Reads on over a body that nobody wanted. Nil when nothing came.
  private func skipBody(_ bytes: UnsafeRawBufferPointer, sizeMax: Int) -> Int? {
    if body.isEnded {
      startNextRequest()
      return 0
    }
    guard !bytes.isEmpty else { return nil }
    let taken: Int
    switch body.consume(bytes) {
    case .payload(let range): taken = range.upperBound
    case .taken(let size): taken = size
    case .failed: taken = .max
    }
    guard taken <= sizeMax else {
      linger()
      return bytes.count
    }
    phase = .skipping(sizeMax: sizeMax - taken)
    return taken
  }

  // MARK: After an answer

  /// All output is gone. `wasBlocked`: its user was told that it would have to wait.
  func outputGone(wasBlocked: Bool) {
    switch phase {
    case .exchange:
      if exchange?.isAnswered == true {
        finishExchange()
      } else if wasBlocked {
        exchange?.writable?()
      }
    case .ending:
      linger()
    case .head, .skipping, .lingering, .closed:
      break
    }
  }

  /// The answer is complete, as far as its handler is concerned.
  func answered() {
    if !hasOutput, !isBroken { finishExchange() }
  }

  private func finishExchange() {
    guard let exchange else { return }
    self.exchange = nil
    exchange.finished()
    if !exchange.keepsAlive || isInputOver {
      endWhenGone()
    } else if body.isEnded {
      startNextRequest()
    } else {
      phase = .skipping(sizeMax: HTTPConnection.skippedSizeMax)
      setDeadline(in: front.settings.bodyTimeout)
    }
    if !isProcessing { front.resume(self) }
  }

  private func startNextRequest() {
    phase = .head
    setDeadline(in: front.settings.idleTimeout)
    if front.isStopping { linger() }
  }

  /// Another request may follow on this connection, if its client wants to.
  var mayKeepAlive: Bool { front.keepsConnections && !isInputOver && !isBroken }

  /// What is wanted has changed: looks at it again, soon.
  func wantsResume() {
    if !isProcessing { front.resume(self) }
  }

  /// At the end of a turn: writes what was gathered, and looks at what came before it was wanted.
  func resume() {
    isProcessing = true
    writeOutput()
    isProcessing = false
    if isBroken {
      close()
    } else if stream != nil {
      processInput()
      updateReading()
    }
  }
}
