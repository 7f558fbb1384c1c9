import GatewayLogic
import GatewayLoop
import GatewayTokens
import GatewayTransport
import GatewayTypes
import GatewayWire
import Glibc

/// What comes in at the front: requests, connections, messages.
extension Worker: FrontHandler {
  func upgradeRequested(
    _ head: RequestHead, peer: PeerAddress, isTLS: Bool
  ) -> UpgradeDecision {
    guard setup.admission.hasWebSocket(at: head.path) else {
      return .refuse(status: 404, code: "not_found", message: "No WebSocket here")
    }
    if let refused = setup.admission.refusedOrigin(of: head) {
      log.notice(
        "upgrade refused: the origin is not among websocket.allowed_origins",
        [.origin: refused.origin, .host: refused.host, .peer: peer])
      return .refuse(status: 403, code: "origin_not_allowed", message: "Origin not allowed")
    }
    if phase != .running {
      return .refuse(
        status: 503, code: "going_away", message: "The gateway is going away")
    }
    return .accept
  }

  func opened(_ id: ConnectionID, peer: PeerAddress) {
    let now = SystemClock.monotonic
    let session = Session(
      connection: id, secret: setup.signsMessages ? sessionSecret() : nil, rules: setup.rules,
      at: now, into: &sessionEffects)
    connections.insert(
      ConnectionTable.Connection(id: id, peer: peer, openedAt: now, session: session))
    runSessionEffects(for: id)
    if phase != .running {
      withSession(id) { session, effects in session.drain(into: &effects) }
    }
    settle()
  }

  func receivedText(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer) {
    let wallNow = SystemClock.wall
    connections.countMessage(from: id)
    let size = bytes.count
    do throws(ClientMessageError) {
      switch try setup.parser.parse(bytes) {
      case .message(let message):
        withSession(id) { session, effects in
          session.receive(message, size: size, wallNow: wallNow, into: &effects)
        }
      case .signed(let signed):
        withSession(id) { session, effects in
          session.receive(
            signed, isGenuine: signed.isGenuine(to: session.secret), size: size,
            wallNow: wallNow, into: &effects)
        }
      }
    } catch {
      log.debug("bad message", [.connection: id, .reason: error.reason])
      withSession(id) { session, effects in session.receive(error, into: &effects) }
    }
    settle()
  }

  func receivedBinary(_ id: ConnectionID) {
    connections.countMessage(from: id)
    let error = ClientMessageError(
      .invalidJSON, reason: ErrorCode.invalidJSON.defaultMessage)
    withSession(id) { session, effects in session.receive(error, into: &effects) }
    settle()
  }

  func receivedTooLarge(_ id: ConnectionID) {
    log.debug("message too large", [.connection: id])
    withSession(id) { session, effects in session.receivedTooLarge(into: &effects) }
    settle()
  }

  func outboundQueueOverflowed(_ id: ConnectionID) {
    let user = connections[id]?.session.user
    log.notice(
      "connection closed: its client reads too slowly and limits.outbound_queue is full",
      [.connection: id, .user: user?.text ?? "", .size: front.queuedSize(of: id)])
    withSession(id) { session, effects in
      session.close(.tooSlow, reason: "too slow", into: &effects)
    }
    settle()
  }

  func acceptFailed(error: CInt) {
    guard let heldBackCount = acceptFailures.pass(at: SystemClock.monotonic) else { return }
    log.error(
      "a connection could not be accepted; trying again in a moment",
      [.error: String(cString: strerror(error)), .notLogged: heldBackCount])
  }

  func closed(_ id: ConnectionID, _ reason: ClosedReason) {
    withSession(id) { session, effects in session.lost(into: &effects) }
    guard let connection = connections.remove(id) else { return }
    leaveEverything(connection.session)
    waitingTokens.remove(id)
    let lasted = SystemClock.monotonic - connection.openedAt
    log.info(
      "connection closed",
      [
        .connection: id, .user: connection.session.user?.text ?? "", .reason: reason,
        .durationMs: lasted.wholeMilliseconds, .messages: connection.receivedCount,
        .peer: connection.peer,
      ])
    settle()
    reportIfEmptied()
  }
}

// MARK: - Signed messages

extension Worker {
  private func sessionSecret() -> SessionSecret {
    SessionSecret(
      (
        SystemClock.randomNumber, SystemClock.randomNumber, SystemClock.randomNumber,
        SystemClock.randomNumber
      ))
  }
}

extension SignedMessage {
  /// Whether it is signed with `secret`.
  fileprivate func isGenuine(to secret: SessionSecret?) -> Bool {
    guard let secret else { return false }
    return MessageSignature.verifies(signature, of: signedText, secret)
  }
}
