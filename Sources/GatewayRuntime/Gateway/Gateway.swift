import GatewayConfiguration
import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayUpstream
import Glibc

/// The whole gateway, as the main thread sees it: starts the workers, waits for signals, and sees
/// them to their end.
///
///     starting ──all workers run──▶ running ──SIGTERM, SIGINT──▶ draining
///         └──one can't──▶ ended          draining ──no connections──▶ finishing ──▶ ended
///                                             └──────shutdown_grace is over──────────┘
///
/// Thread: the main one, which `run` occupies.
package final class Gateway {
  private enum Phase {
    /// Leaves when every worker has said that it runs, or that it can't.
    case starting
    /// Leaves on a signal.
    case running
    /// Leaves when no worker has a connection any more, or at the end of the grace.
    case draining
    /// Leaves when every worker has ended.
    case finishing
  }

  let preparation: Preparation
  let log: Log
  let loop = Loop()
  private let reports = Mailbox<WorkerReport>()
  let listeners: Listeners
  let handles: [WorkerHandle]
  private let whenReady: ([ListenPlace]) -> Void
  private var threads: [OSThread] = []
  private var phase = Phase.starting
  private var failure: String?
  private var started: Set<UInt16> = []
  private var emptied: Set<UInt16> = []
  private var ended: Set<UInt16> = []
  private var signals: [ProcessSignal] = []
  let counts: ConnectionCounts
  private var memoryTimer: Timer?
  /// The most connections there were since memory was given back.
  private var connectionCountPeak = 0
  private var graceTimer: Timer?
  private var keys: KeyFetcher?
  private var admin: AdminServer?
  private var figures = GatewayFigures.Main()

  /// Opens the listeners, or says why it can't. `whenReady` runs once, when all workers run.
  package init(
    _ preparation: Preparation, log: Log,
    whenReady: @escaping ([ListenPlace]) -> Void = { _ in }
  ) throws(StartError) {
    self.preparation = preparation
    self.log = log
    self.whenReady = whenReady
    counts = ConnectionCounts(preparation.configuration.connectionBounds)
    let configured = preparation.configuration.workers
    let count = configured == 0 ? SystemClock.processorCount : configured
    handles = (0..<UInt16(clamping: count)).map(WorkerHandle.init)
    listeners = try Listeners(preparation.configuration, workerCount: handles.count)
  }

  /// Runs until a signal and all that follows it. Returns the exit code of the program.
  package func run() -> CInt {
    SystemClock.ignoreBrokenPipes()
    guard UpstreamClient.prepareProcess() else {
      log.error("the start failed", [.reason: "the libcurl at hand lacks what the gateway needs"])
      return 1
    }
    reports.open(on: loop) { [unowned self] in
      for report in reports.take() { handle(report) }
    }
    signals = [SIGTERM, SIGINT].compactMap { number in
      ProcessSignal(number, on: loop) { [unowned self] in stopRequested(by: number) }
    }
    if let signal = ProcessSignal(SIGUSR1, on: loop, caught: { [unowned self] in logFigures() }) {
      signals.append(signal)
    }
    memoryTimer = Timer(on: loop) { [unowned self] in giveMemoryBack() }
    memoryTimer?.start(every: .seconds(5))
    graceTimer = Timer(on: loop) { [unowned self] in tellAll(.abandon) }
    guard startAdmin() else {
      listeners.removeSocketFiles()
      return 1
    }
    raiseDescriptorLimit()
    startWorkers()
    startFetchingKeys()
    loop.run()
    keys?.shutdown()
    for thread in threads { thread.join() }
    admin?.shutdown()
    reports.close()
    listeners.removeSocketFiles()
    if let failure {
      log.error("the start failed", [.reason: failure])
      return 1
    }
    log.info("stopped")
    return 0
  }

  // MARK: Start

  /// False when there can't be an admin listener, which the log says.
  private func startAdmin() -> Bool {
    do {
      admin = try makeAdmin(
        unreadiness: { [unowned self] in unreadiness },
        isRunning: { [unowned self] in phase == .running },
        mainFigures: { [unowned self] in figures })
      return true
    } catch {
      log.error("the start failed", [.reason: error])
      return false
    }
  }

  /// Why nobody should be sent here; nil when the gateway is ready. Keys of files are there.
  private var unreadiness: String? {
    switch phase {
    case .starting: "the listeners are not open yet"
    case .running: keys?.hasSet == false ? "the keys are not loaded yet" : nil
    case .draining, .finishing: "the gateway is going away"
    }
  }

  /// The configuration was read again.
  func countReload(_ result: ReloadResult) {
    figures.reloads.count(result)
  }

  /// A connection of a client takes a descriptor, a WebSocket over TLS takes three, and each worker
  /// has its connections to the notes API, its clocks and bells.
  private func raiseDescriptorLimit() {
    let configuration = preparation.configuration
    let perConnection = configuration.listeners.contains { $0.tls != nil } ? 3 : 1
    let clients = configuration.connectionBounds.all * perConnection
    let wanted = clients + handles.count * (configuration.upstream.connectionsMax + 64) + 64
    guard let limit = SystemClock.raiseDescriptorLimit(to: wanted), limit < wanted else { return }
    log.warning(
      "the process may open fewer files than limits.connections asks for (LimitNOFILE, ulimit -n)",
      [.limit: limit, .wanted: wanted])
  }

  private func startWorkers() {
    let setup = preparation.workerSetup(log: log)
    for (handle, sockets) in zip(handles, listeners.ofWorkers) {
      let thread = OSThread(name: "worker-\(handle.index)") { [handles, counts, reports] in
        Gateway.runWorker(handle.index, setup, sockets, handles, counts) { reports.post($0) }
      }
      if let thread {
        threads.append(thread)
      } else {
        reports.post(.failed(worker: handle.index, reason: "the system gives no more threads"))
      }
    }
  }

  private func startFetchingKeys() {
    guard let url = preparation.configuration.authentication.keys.jwksURL else { return }
    keys = KeyFetcher(url, base: preparation.tokens, workers: handles, on: loop, log: log) {
      [unowned self] in figures.keyRefreshes.count($0)
    }
  }

  private static func runWorker(
    _ index: UInt16, _ setup: Worker.Setup, _ listeners: [WorkerListener],
    _ peers: [WorkerHandle], _ counts: ConnectionCounts,
    report: @escaping @Sendable (WorkerReport) -> Void
  ) {
    do throws(FrontError) {
      let worker = try Worker(
        index: index, setup: setup, listeners: listeners, peers: peers, counts: counts,
        report: report)
      report(.started(worker: index))
      worker.run()
      report(
        .ended(
          worker: index, connectionCount: worker.connections.count,
          laneCount: worker.home.busyLaneCount))
    } catch {
      report(.failed(worker: index, reason: error.description))
    }
  }

  // MARK: What the workers say

  private func handle(_ report: WorkerReport) {
    switch report {
    case .started(worker: let worker):
      started.insert(worker)
      if started.count == handles.count, phase == .starting { becomeReady() }
    case .failed(worker: let worker, reason: let reason):
      failure = failure ?? reason
      ended.insert(worker)
      phase = .finishing
      tellAll(.abandon)
    case .published(let ticket, let position):
      admin?.published(ticket, position)
    case .answered(worker: let worker, number: let number, let answer):
      admin?.answered(number, by: worker, answer)
    case .unknownKey(worker: let worker, of: let asker):
      keys?.unknownKey(on: worker, of: asker)
    case .emptied(worker: let worker):
      emptied.insert(worker)
      if emptied.count == handles.count, phase == .draining {
        phase = .finishing
        tellAll(.finish)
      }
    case .ended(worker: let worker, connectionCount: let connections, laneCount: let lanes):
      ended.insert(worker)
      if connections > 0 || lanes > 0 {
        log.warning(
          "shutdown_grace is over: connections were dropped, and writes were under way",
          [.worker: worker, .connections: connections, .writes: lanes])
      }
    }
    if ended.count == handles.count { loop.stop() }
  }

  private func becomeReady() {
    phase = .running
    let places = listeners.places.map(ListenPlace.init)
    for place in places {
      log.info("listening", [.address: place.address, .port: place.port, .tls: place.isTLS])
    }
    if let admin = listeners.admin.map({ ListenPlace(address: $0.address, isTLS: false) }) {
      log.info("admin listening", [.address: admin.address, .port: admin.port])
    }
    if let problem = listeners.adminProblem {
      log.warning(
        "there is no admin listener: the default of admin.listen can't be had",
        [.reason: problem])
    }
    log.info("ready", [.version: Version.current, .workers: handles.count])
    whenReady(places)
  }

  func tellAll(_ message: WorkerMessage) {
    for handle in handles { handle.mailbox.post(message) }
  }

  /// What a crowd has taken lies in pieces among what is still used, and the allocator keeps it
  /// until it is asked.
  private func giveMemoryBack() {
    let count = counts.count
    connectionCountPeak = max(connectionCountPeak, count)
    guard connectionCountPeak >= 1000, count < connectionCountPeak / 2 else { return }
    connectionCountPeak = count
    SystemClock.giveMemoryBack()
  }

  // MARK: The end

  private func stopRequested(by signal: CInt) {
    switch phase {
    case .starting, .running:
      log.info("stopping: taking nothing new", [.signal: signal])
      phase = .draining
      tellAll(.drain)
      graceTimer?.start(after: preparation.configuration.shutdownGrace)
    case .draining, .finishing:
      // Nothing waits for anything any more, the log's last lines included.
      _exit(1)
    }
  }
}

/// Where a gateway can be reached.
package struct ListenPlace: Sendable {
  /// A literal IP address, or `unix:` and a path.
  package let address: String
  /// 0 for a UNIX socket.
  package let port: UInt16
  package let isTLS: Bool

  init(_ place: Listeners.Place) {
    self.init(address: place.address, isTLS: place.isTLS)
  }

  init(address place: ListenAddress, isTLS: Bool) {
    switch place {
    case .ip(let ip, port: let port):
      address = ip.text
      self.port = port
    case .unix(path: let path):
      address = "unix:\(path)"
      port = 0
    }
    self.isTLS = isTLS
  }
}
