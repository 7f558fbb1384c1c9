import CLoop
import CWebSockets
package import GatewayLoop
package import GatewayTypes
import GatewayWire

/// The connections of one worker: accepts them, reads their requests, hands upgrades to
/// libwebsockets, and writes what is sent to them.
///
/// Frames that are sent are collected, and written once for each connection at the end of the turn
/// of the loop (DESIGN.md, 4).
///
/// Thread: the loop's, for all of it.
package final class Front {
  let loop: Loop
  let workerIndex: UInt16
  private(set) var settings: TransportSettings
  /// Who is told. Not retained; must be there whenever the loop runs.
  package unowned var handler: (any FrontHandler)?

  /// Nil after `shutdown`.
  var server: UnsafeMutablePointer<ng_server>?
  private let ticketKeys: TLSTicketKeys
  private var listeners: [Listener] = []
  private var stage = Stage.serving

  // WebSocket connections.
  var slots = SlotTable()
  var turn = TurnOutput()
  /// Connections whose closing frame may be due.
  var closingSlots: [UInt32] = []
  var closingFrames: [UInt32: EncodedFrame] = [:]
  var overflows: [ConnectionID] = []
  let sockets = SocketBatch()
  var gathered = GatherBuffer(size: 64 << 10)
  var pace = FlushPace()
  var closeDeadlines: [CloseDeadline] = []
  var sweepCount: UInt32 = 0

  // Connections that are not, or not yet.
  var httpConnections: [HTTPConnection] = []
  var resumedConnections: [HTTPConnection] = []
  /// Connections that are only there to be told that they are not served; beyond the bound they are
  /// not even told.
  var refusedCount = 0
  static let refusedCountMax = 256

  private(set) var turnEnd: TurnEnd?
  private(set) var gatherTimer: Timer?
  private(set) var closeTimer: Timer?
  private var pingTimer: Timer?
  private var httpTimer: Timer?
  private var ticketTimer: Timer?

  /// Makes the server side of a worker. `tls` lists the ways to speak TLS, by the index that
  /// `listen` is given. Must not be called from within a callback of the loop.
  package init(
    loop: Loop, workerIndex: UInt16, settings: TransportSettings, tls: [TLSSettings],
    ticketKeys: TLSTicketKeys
  ) throws(FrontError) {
    self.loop = loop
    self.workerIndex = workerIndex
    self.settings = settings
    self.ticketKeys = ticketKeys
    try start(tls)
    turnEnd = TurnEnd(of: loop) { [unowned self] in turnEnded() }
    gatherTimer = Timer(on: loop) { [unowned self] in flush() }
    closeTimer = Timer(on: loop) { [unowned self] in dropOverdue() }
    startSweeps()
    startRotatingTicketKeys()
  }

  deinit {
    precondition(server == nil, "a front is shut down before it is released")
  }

  private func start(_ tls: [TLSSettings]) throws(FrontError) {
    // Unretained: `shutdown` frees the C object, after which it calls nobody.
    let context = Unmanaged.passUnretained(self).toOpaque()
    var native = ng_server_settings(
      message_size_max: settings.messageSizeMax,
      early_message_size_max: settings.earlyMessageSizeMax,
      handshake_timeout_s: Front.handshakeCutSeconds(settings.headerTimeout),
      callbacks: Front.callbacks)
    let problem = withErrorText { error, errorSize in
      server = ng_server_new(loop.pointer, context, &native, error, errorSize)
      return server != nil
    }
    guard let server else { throw FrontError(problem ?? "libwebsockets did not start") }
    for settings in tls {
      let problem = withErrorText { error, errorSize in
        settings.withNative(ticketKeys) { ng_server_add_tls(server, $0, error, errorSize) } >= 0
      }
      if let problem {
        shutdown()
        throw FrontError(problem)
      }
    }
  }

  /// When libwebsockets may cut off a handshake: not before the front's own deadline, at which a
  /// client is told, has been seen and is through with that.
  private static func handshakeCutSeconds(_ headerTimeout: Duration) -> CInt {
    CInt(clamping: max(0, min(headerTimeout.components.seconds, 1 << 24))) + 5
  }

  private func startSweeps() {
    if settings.pingInterval > .zero {
      pingTimer = Timer(on: loop) { [unowned self] in sweepSilent() }
      pingTimer?.start(every: max(.milliseconds(1), settings.pingInterval / Front.sweepsPerPing))
    }
    let shortest = min(settings.headerTimeout, settings.bodyTimeout, settings.idleTimeout)
    httpTimer = Timer(on: loop) { [unowned self] in sweepOverdue() }
    httpTimer?.start(every: min(max(shortest / 4, .milliseconds(5)), .milliseconds(500)))
  }

  /// All workers share the keys, so that the first one renews them for all.
  private func startRotatingTicketKeys() {
    guard workerIndex == 0 else { return }
    ticketTimer = Timer(on: loop) { [unowned self] in ticketKeys.rotate() }
    ticketTimer?.start(every: settings.ticketKeyLifetime)
  }

  // MARK: Changes

  /// From now on these bounds are those that count. A time that runs already runs on as it was set,
  /// and libwebsockets goes on giving a TLS handshake as long as it was told at the start.
  package func settingsChanged(_ settings: TransportSettings) {
    guard let server, settings != self.settings else { return }
    self.settings = settings
    ng_server_set_message_sizes_max(
      server, settings.messageSizeMax, settings.earlyMessageSizeMax)
    pingTimer = nil
    startSweeps()
  }

  /// From now on new connections of the way `tlsIndex` are shown this certificate.
  package func renewTLS(_ tlsIndex: Int, _ certificate: TLSCertificate) {
    guard let server else { return }
    ng_server_renew_tls(
      server, CInt(clamping: tlsIndex), certificate.pointer,
      certificate.settings.minimumVersion.native)
  }

  // MARK: Listening

  /// Accepts connections from a listening socket, which is the front's from now on. `tlsIndex` says
  /// which of the ways to speak TLS; nil is plain text. One that `isShared` with other processes
  /// is left to them with all that wait in it.
  package func listen(on descriptor: CInt, tlsIndex: Int?, isShared: Bool = false) {
    listeners.append(
      Listener(on: loop, descriptor: descriptor, isShared: isShared) { [unowned self] event in
        switch event {
        case .accepted(let socket, let peer): accepted(socket, peer, tlsIndex: tlsIndex)
        case .failed(let error): handler?.acceptFailed(error: error)
        }
      })
  }

  /// Lets no client begin to connect, and goes on accepting those that have begun. `stopListening`
  /// is to follow.
  package func holdClientsOff() {
    stage = .holdingOff
    listeners.removeAll(where: \.isShared)
    for listener in listeners { listener.holdOff() }
  }

  /// Takes no new connections, but for those that the kernel has already, and no new requests on
  /// those that are there, but for the first one.
  package func stopListening() {
    guard !isStopping else { return }
    holdClientsOff()
    for listener in listeners { listener.acceptRest() }
    listeners = []
    stage = .stopping
    for connection in httpConnections { connection.stop() }
  }

  // MARK: End

  /// Drops what is still open, tells the handler of it, and frees what C holds. Runs the loop for a
  /// moment, so it must not be called from within one of its callbacks.
  package func shutdown() {
    guard let server else { return }
    listeners = []
    stage = .stopping
    for connection in httpConnections { connection.close() }
    turnEnd = nil
    gatherTimer = nil
    closeTimer = nil
    pingTimer = nil
    httpTimer = nil
    ticketTimer = nil
    ng_server_free(server)
    self.server = nil
    resumedConnections = []
    turn.removeAll()
  }
}

@available(*, unavailable)
extension Front: Sendable {}

// MARK: - Stages

extension Front {
  private enum Stage {
    case serving
    /// Nobody begins to connect; who has begun is accepted, until `stopListening`.
    case holdingOff
    case stopping
  }

  /// Whether no requests are taken any more but those that are awaited.
  var isStopping: Bool { stage == .stopping }

  /// Whether who has been answered may ask again, and not elsewhere.
  var keepsConnections: Bool { stage == .serving }
}

// MARK: - Counts

extension Front {
  /// WebSocket connections, those that are being opened or closed included.
  package var webSocketCount: Int { slots.usedCount }

  /// Connections that are not WebSocket ones, or not yet.
  package var httpConnectionCount: Int { httpConnections.count }

  /// Whether a request may still come that will be answered. Looks at those connections.
  package var awaitsRequests: Bool { httpConnections.contains(where: \.awaitsRequest) }

  /// What waits for WebSocket clients to read it, in bytes. Looks at every connection.
  package var queuedSize: Int {
    (0..<Int(slots.count)).reduce(0) { $0 + slots.start[$1].queuedSize }
  }

  /// What waits for one client to read it, in bytes; 0 for a connection that is gone.
  package func queuedSize(of id: ConnectionID) -> Int {
    slot(of: id)?.pointee.queuedSize ?? 0
  }

  /// From now on messages of a client are kept up to `messageSizeMax`.
  package func trust(_ id: ConnectionID) {
    if let connection = slot(of: id)?.pointee.connection { ng_ws_trust(connection) }
  }

  /// Whether what is sent to `id` now can reach it.
  package func isOpen(_ id: ConnectionID) -> Bool {
    slot(of: id)?.pointee.state == .open
  }

  /// The slot of a connection that the handler knows of; nil when it is gone. Good until the next
  /// upgrade.
  func slot(of id: ConnectionID) -> UnsafeMutablePointer<Slot>? {
    guard id.worker == workerIndex, id.slot < slots.count else { return nil }
    let slot = slots.start + Int(id.slot)
    guard slot.pointee.generation == id.generation, slot.pointee.nonce == id.nonce,
      slot.pointee.wasOpened, slot.pointee.state != .free
    else { return nil }
    return slot
  }

  func id(of index: UInt32) -> ConnectionID {
    let slot = slots.start + Int(index)
    return ConnectionID(
      worker: workerIndex, slot: index, generation: slot.pointee.generation,
      nonce: slot.pointee.nonce)
  }
}
