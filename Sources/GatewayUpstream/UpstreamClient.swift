import CHTTPClient
package import GatewayLoop
package import GatewayTypes

/// The connections of one worker to the notes API, and the requests that wait for one of them.
///
/// What is promised of each request: it is answered once; and it is sent a second time only when
/// nothing of it can have reached the upstream or when it is a read. The how is in
/// Sources/CHTTPClient/ng_http_request.c.
///
/// Thread: the loop's.
package final class UpstreamClient {
  let loop: Loop
  let settings: UpstreamSettings
  private let failed: (UpstreamFailure, String) -> Void
  private let recovered: (Duration) -> Void
  private var outage = Outage()
  /// Nil once it was shut down.
  private var pointer: UnsafeMutablePointer<ng_http_client>?
  private var turnstile: Turnstile<any UpstreamVisitor>
  /// Keeps alive what libcurl has as a context.
  private var inFlight: [ObjectIdentifier: any UpstreamVisitor] = [:]
  /// Outcomes known at once, which must not be told at once.
  private var refusals: [() -> Void] = []
  private var refusalTimer: Timer?
  private var isAnswering = false

  /// Requests that are under way, those that wait for a connection not counted.
  package var inFlightCount: Int { inFlight.count }

  /// Prepares libcurl for the process. Thread: the main one, before the first client. False when
  /// the libcurl at hand lacks something; ng_http.h lists what it takes.
  package static func prepareProcess() -> Bool {
    ng_http_global_init() == 0
  }

  /// Of libcurl. Thread: any.
  package static var libraryVersion: String { String(cString: ng_http_library_version()) }

  /// `failed` is told of each failure of the upstream's, before the request's own `answered`, with
  /// a reason for the log, which holds nothing of the request. `recovered` is told when a request
  /// is answered after none was for a second or longer, and for how long that was.
  package init(
    on loop: Loop, settings: UpstreamSettings,
    failed: @escaping (UpstreamFailure, String) -> Void = { _, _ in },
    recovered: @escaping (Duration) -> Void = { _ in }
  ) {
    self.loop = loop
    self.settings = settings
    self.failed = failed
    self.recovered = recovered
    turnstile = Turnstile(
      Turnstile.Bounds(inside: settings.connectionCountMax, waiting: settings.queueCountMax),
      guests: Turnstile.Bounds(
        inside: settings.guestConnectionCountMax, waiting: settings.guestQueueCountMax))
    pointer = makeHTTPClient(on: loop, settings)
    // Unowned: the client owns the timer.
    refusalTimer = Timer(on: loop) { [unowned self] in tellRefusals() }
  }

  deinit {
    precondition(pointer == nil, "an upstream client is shut down before it is released")
    // Before the loop, of which this may be the last owner.
    refusalTimer = nil
  }

  /// Sends a request, or keeps it until one of those in flight is over.
  ///
  /// `answered` runs once: later from the loop, never from within this call, or from `shutdown`.
  package func send(
    _ request: UpstreamRequest, answered: @escaping (UpstreamOutcome) -> Void
  ) {
    guard pointer != nil else { return refuse(.notConnected, answered) }
    let exchange = Exchange(
      request, of: self, answerSizeMax: settings.answerSizeMax, answered: answered)
    if !admit(exchange) { refuse(.queueFull, answered) }
  }

  /// Passes a request on whose body and answer come piece by piece, when its turn has come as for
  /// any other; but all of these together leave some of the connections to the others. `handler` is
  /// retained until the end, of which it is told later, or from `shutdown`.
  package func stream(
    _ request: StreamedRequest, to handler: any UpstreamStreamHandler
  ) -> UpstreamStream {
    let stream = UpstreamStream(request, of: self, handler: handler)
    guard pointer != nil else {
      refuse { stream.giveUp(.notConnected) }
      return stream
    }
    if !admit(stream) { refuse { stream.giveUp(.queueFull) } }
    return stream
  }

  /// False when as many wait already as may.
  private func admit(_ visitor: any UpstreamVisitor) -> Bool {
    switch turnstile.enter(visitor, isGuest: visitor.isGuest) {
    case .enters:
      start(visitor)
    case .waits:
      visitor.expire(after: settings.requestTimeout, on: loop)
    case .refused:
      return false
    }
    return true
  }

  /// Whether nothing is under way, so that nobody would miss it.
  package var isIdle: Bool { turnstile.isEmpty && inFlight.isEmpty && refusals.isEmpty }

  /// Gives up all requests and connections: what may have been sent is a `brokenAnswer`, what was
  /// not is `notConnected`. Not to be called from within `answered` or `failed`.
  package func shutdown() {
    precondition(!isAnswering, "an upstream client is not shut down while it answers")
    guard let pointer else { return }
    self.pointer = nil
    let waiting = turnstile.giveUpAll()
    let given = inFlight.values + waiting
    inFlight = [:]
    let endings = given.map { $0.release() }
    ng_http_client_free(pointer)
    // Only now, when nothing is left that a new request could disturb.
    for (visitor, mayHaveBeenSent) in zip(given, endings) {
      visitor.giveUp(mayHaveBeenSent ? .brokenAnswer : .notConnected)
    }
    tellRefusals()
  }

  /// Ends a request that waits or is in flight: frees its place, logs its failure, and has `tell`
  /// tell of it. Nothing when it has ended already.
  func finish(
    _ visitor: any UpstreamVisitor, _ failure: UpstreamFailure?, tell: () -> Void
  ) {
    let reason = failure == nil ? "" : visitor.reason
    leave(visitor)
    isAnswering = true
    if let failure { failed(failure, reason) }
    note(failure)
    tell()
    isAnswering = false
  }

  private func note(_ failure: UpstreamFailure?) {
    switch failure {
    case .notConnected, .brokenAnswer, .timedOut:
      outage.failed(at: SystemClock.monotonic)
    case nil, .answerTooLarge:
      guard outage.isOn, let duration = outage.answered(at: SystemClock.monotonic) else { return }
      recovered(duration)
    case .queueFull:
      break
    }
  }

  /// Frees the place of a request, in flight or in the line.
  func leave(_ visitor: any UpstreamVisitor) {
    _ = visitor.release()
    if inFlight.removeValue(forKey: ObjectIdentifier(visitor)) != nil {
      if let next = turnstile.leave(isGuest: visitor.isGuest) { start(next) }
    } else {
      turnstile.giveUp(isGuest: visitor.isGuest) { $0 === visitor }
    }
  }

  private func start(_ visitor: any UpstreamVisitor) {
    guard let pointer else { preconditionFailure("nothing starts after the shutdown") }
    inFlight[ObjectIdentifier(visitor)] = visitor
    visitor.expire(after: settings.requestTimeout, on: loop)
    visitor.start(on: pointer, settings: settings)
  }

  private func refuse(
    _ failure: UpstreamFailure, _ answered: @escaping (UpstreamOutcome) -> Void
  ) {
    refuse { answered(.failed(failure)) }
  }

  private func refuse(_ tell: @escaping () -> Void) {
    refusals.append(tell)
    refusalTimer?.start(after: .zero)
  }

  /// Those that are refused meanwhile are told in another turn.
  private func tellRefusals() {
    let told = refusals
    refusals = []
    isAnswering = true
    for tell in told { tell() }
    isAnswering = false
  }
}

@available(*, unavailable)
extension UpstreamClient: Sendable {}

private func makeHTTPClient(
  on loop: Loop, _ settings: UpstreamSettings
) -> UnsafeMutablePointer<ng_http_client> {
  func milliseconds(_ duration: Duration, atLeast least: UInt32) -> UInt32 {
    max(least, UInt32(clamping: duration.wholeMilliseconds))
  }
  func make(_ url: UnsafePointer<CChar>, _ caFile: UnsafePointer<CChar>?)
    -> UnsafeMutablePointer<ng_http_client>
  {
    var settings = ng_http_client_settings(
      url: url, ca_file: caFile,
      connect_timeout_ms: milliseconds(settings.connectTimeout, atLeast: 1),
      // Later than a request of ours that is not taken is given up, which says why.
      unacknowledged_timeout_ms: milliseconds(
        settings.requestTimeout + .seconds(1), atLeast: 1),
      idle_timeout_ms: milliseconds(settings.idleTimeout, atLeast: 0),
      connections_max: UInt32(clamping: settings.connectionCountMax))
    return ng_http_client_new(loop.pointer, &settings)
  }
  return settings.origin.url.withCString { url in
    guard let caFile = settings.caFile else { return make(url, nil) }
    return caFile.withCString { make(url, $0) }
  }
}
