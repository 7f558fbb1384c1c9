import GatewayLogic
import GatewayLoop
import GatewayTokens
import GatewayTransport
import GatewayTypes
import GatewayWire

/// What comes in at the front: requests, connections, messages.
extension Worker: FrontHandler {
  func opened(_ id: ConnectionID, client: PeerAddress, _ ticket: ConnectionTicket) {
    metrics.connectionsOpened &+= 1
    let now = SystemClock.monotonic
    let session = Session(
      connection: id, secret: setup.signsMessages ? sessionSecret() : nil, rules: setup.rules,
      at: now, into: &sessionEffects)
    log.debug("connection opened", [.connection: id, .peer: client])
    connections.insert(
      ConnectionTable.Connection(
        id: id, client: client, ticket: ticket, openedAt: now, session: session))
    runSessionEffects(for: id)
    if phase != .running { departAtOnce(id) }
    settle()
  }

  func receivedText(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer) {
    let now = SystemClock.monotonic
    let wallNow = SystemClock.wall
    connections.countMessage(from: id)
    let size = bytes.count
    do throws(ClientMessageError) {
      let text = try setup.parser.parse(bytes)
      let type = ReceivedType(text.content)
      metrics.messagesReceived.count(type)
      logReceived(type, text.content.message, size: size, from: id)
      withMessage(of: id, text.content) { session, effects in
        switch text {
        case .message(let message):
          session.receive(message, size: size, at: now, wallNow: wallNow, into: &effects)
        case .signed(let signed):
          session.receive(
            signed, isGenuine: signed.isGenuine(to: session.secret), size: size, at: now,
            wallNow: wallNow, into: &effects)
        }
      }
    } catch {
      metrics.messagesReceived.count(.invalid)
      log.debug("bad message", [.connection: id, .reason: error.reason])
      receive(error, from: id)
    }
    settle()
  }

  private func logReceived(
    _ type: ReceivedType, _ message: ClientMessage?, size: Int, from id: ConnectionID
  ) {
    log.debug(
      "message received",
      [
        .connection: id, .type: type.text, .requestID: message?.requestID,
        .note: message?.request.note, .folder: message?.request.folder, .size: size,
      ])
  }

  func receivedTooEarly(_ id: ConnectionID) {
    connections.countMessage(from: id)
    // What it says was not kept, so it has no name to be answered by.
    let unread = ClientMessageError(.invalidMessage, reason: "")
    withMessage(of: id, .failure(unread)) { session, effects in
      session.receivedTooEarly(into: &effects)
    }
    settle()
  }

  func receivedBinary(_ id: ConnectionID) {
    connections.countMessage(from: id)
    metrics.messagesReceived.count(.invalid)
    let error = ClientMessageError(
      .invalidJSON, reason: ErrorCode.invalidJSON.defaultMessage)
    receive(error, from: id)
    settle()
  }

  private func receive(_ error: ClientMessageError, from id: ConnectionID) {
    withMessage(of: id, .failure(error)) { session, effects in
      session.receive(error, into: &effects)
    }
  }

  /// Has a session receive a message, unless there are too many of them.
  private func withMessage(
    of id: ConnectionID, _ content: Result<ClientMessage, ClientMessageError>,
    _ receive: (inout Session, inout [SessionEffect]) -> Void
  ) {
    let now = SystemClock.monotonic
    withSession(id) { session, effects in
      if session.admitMessage(content, at: now, into: &effects) {
        receive(&session, &effects)
      } else {
        log.notice(
          "messages refused: a client sends more than limits.messages_per_minute",
          as: .rateExceeded,
          [.connection: id, .user: session.user])
      }
    }
  }

  func receivedTooLarge(_ id: ConnectionID) {
    metrics.messagesReceived.count(.invalid)
    log.debug("message too large", [.connection: id])
    withSession(id) { session, effects in session.receivedTooLarge(into: &effects) }
    settle()
  }

  func outboundQueueOverflowed(_ id: ConnectionID) {
    metrics.slowConsumersClosed &+= 1
    log.notice(
      "connection closed: its client reads too slowly and limits.outbound_queue is full",
      as: .slowReader,
      [
        .connection: id, .user: connections[id]?.session.user, .size: front.queuedSize(of: id),
      ])
    withSession(id) { session, effects in
      session.close(.tooSlow, reason: "too slow", into: &effects)
    }
    settle()
  }

  func closed(_ id: ConnectionID, _ reason: ClosedReason) {
    withSession(id) { session, effects in session.lost(into: &effects) }
    guard let connection = connections.remove(id) else { return }
    counts.end(connection.ticket)
    metrics.connectionsClosed.count(ClosedLabel(reason))
    if connection.session.user != nil { metrics.authenticatedCount -= 1 }
    leaveEverything(connection.session)
    waitingTokens.remove(id)
    let lasted = SystemClock.monotonic - connection.openedAt
    log.info(
      "connection closed",
      [
        .connection: id, .user: connection.session.user, .reason: reason, .durationMs: lasted,
        .messages: connection.receivedCount,
        .peer: connection.client,
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
