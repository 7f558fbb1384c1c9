import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayWire
import Glibc

/// Who is let in, and as what each connection counts.
extension Worker {
  func accepted(from peer: PeerAddress) -> AcceptDecision {
    switch counts.accept(from: network(of: peer)) {
    case .success(let ticket): return .accept(ticket)
    case .failure(let refusal):
      count(refusal)
      noteRefused(refusal, peer)
      return .refuse(refusal.answer)
    }
  }

  func ended(_ ticket: ConnectionTicket) {
    counts.end(ticket)
    reportIfEmptied()
  }

  func upgradeRequested(
    _ head: RequestHead, peer: PeerAddress, isTLS: Bool, _ ticket: ConnectionTicket
  ) -> UpgradeDecision {
    guard setup.admission.hasWebSocket(at: head.path) else {
      metrics.upgradesRefused.count(.notFound)
      noteRefused(path: head.path, setup.trustedProxies.client(of: head, from: peer))
      return .refuse(HTTPRefusal(status: 404, code: "not_found", message: "No WebSocket here"))
    }
    if phase != .running {
      metrics.upgradesRefused.count(.goingAway)
      return .refuse(
        HTTPRefusal(status: 503, code: "going_away", message: "The gateway is going away"))
    }
    let client = setup.trustedProxies.client(of: head, from: peer)
    let host = setup.trustedProxies.host(of: head, from: peer)
    if let origin = setup.admission.refusedOrigin(of: head, at: host) {
      metrics.upgradesRefused.count(.originNotAllowed)
      noteRefused(origin: origin, at: host, client)
      return .refuse(
        HTTPRefusal(status: 403, code: "origin_not_allowed", message: "Origin not allowed"))
    }
    switch counts.upgrade(ticket, from: network(of: client)) {
    case .success(let ticket): return .accept(ticket, client: client)
    case .failure(let refusal):
      count(refusal)
      noteRefused(refusal, client)
      return .refuse(refusal.answer)
    }
  }

  private func count(_ refusal: ConnectionLimits.Refusal) {
    if let refusal = UpgradeRefusal(refusal) { metrics.upgradesRefused.count(refusal) }
  }

  func malformedUpgradeRefused() {
    metrics.upgradesRefused.count(.malformed)
  }

  /// What its connections are counted by. A trusted proxy's are those of its clients.
  private func network(of address: PeerAddress) -> ClientNetwork? {
    setup.trustedProxies.contains(address) ? nil : address.network
  }

  /// Counts a connection as its user's. False when it may not be one more of theirs.
  func count(_ connection: inout ConnectionTable.Connection, as user: UserID) -> Bool {
    switch counts.authenticate(connection.ticket, as: user) {
    case .success(let ticket):
      connection.ticket = ticket
      return true
    case .failure(let refusal):
      noteRefused(refusal, connection.client, user)
      return false
    }
  }

  // MARK: Log lines

  private func noteRefused(
    _ refusal: ConnectionLimits.Refusal, _ client: PeerAddress, _ user: UserID? = nil
  ) {
    log.notice(
      refusal.logLine, as: .connectionRefused(refusal),
      [.limit: refusal.key, .peer: client, .user: user])
  }

  private func noteRefused(origin: String, at host: String, _ client: PeerAddress) {
    log.notice(
      "upgrade refused: the origin is not among websocket.allowed_origins", as: .originRefused,
      [.origin: origin, .host: host, .peer: client])
  }

  /// Without the query, in which clients may show tokens.
  private func noteRefused(path: ArraySlice<UInt8>, _ client: PeerAddress) {
    log.notice(
      "upgrade refused: the path is not among websocket.paths", as: .pathRefused,
      [.path: String(decoding: path, as: UTF8.self), .peer: client])
  }

  func acceptFailed(error: CInt) {
    log.error(
      "a connection could not be accepted; trying again in a moment", as: .acceptFailed,
      [.error: String(cString: strerror(error))])
  }
}
