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
  enum Phase {
    /// Leaves when every worker has said that it runs, or that it can't.
    case starting
    /// Leaves on a signal.
    case running
    /// Leaves when no worker has a connection any more, or at the end of the grace.
    case draining
    /// Leaves when every worker has ended.
    case finishing
  }

  /// What it was started with.
  let preparation: Preparation
  /// What it runs with.
  var running: Preparation
  let source: ConfigurationSource?
  var reloads = ReloadTurns()
  /// See `Worker.Setup.upstreamNumber`.
  var upstreamNumber = 0
  /// By the index of the way to speak TLS.
  var shownCertificates: [StampedCertificate]
  var certificateWatch: CertificateWatch?
  let log: Log
  let loop = Loop()
  private let reports = Mailbox<WorkerReport>()
  let listeners: Listeners
  let handles: [WorkerHandle]
  private let whenReady: ([ListenPlace]) -> Void
  private var threads: [OSThread] = []
  var phase = Phase.starting
  private var failure: String?
  private var started: Set<UInt16> = []
  private var stoppedListening: Set<UInt16> = []
  private var emptied: Set<UInt16> = []
  private var ended: Set<UInt16> = []
  private var signals: [ProcessSignal] = []
  let counts: ConnectionCounts
  private var memoryTimer: Timer?
  /// The most connections there were since memory was given back.
  private var connectionCountPeak = 0
  /// What workers had left at their end.
  var remains = WorkerRemains()
  var graceTimer: Timer?
  /// Runs from the signal on until clients are told.
  var drainTimer: Timer?
  /// The grace of clients that are still to be told.
  var graceToTell: Duration?
  var keys: KeyFetcher?
  let service: ServiceManager
  var admin: AdminServer?
  var figures = GatewayFigures.Main()

  /// Opens the listeners, or says why it can't. With a `source` the configuration is read again at
  /// SIGHUP. Sockets that `environment` has are taken, and its service manager is told how the
  /// gateway is. `whenReady` runs once, when all workers run.
  package init(
    _ preparation: Preparation, _ source: ConfigurationSource? = nil,
    _ environment: ServiceEnvironment = .none, log: Log,
    whenReady: @escaping ([ListenPlace]) -> Void = { _ in }
  ) throws(StartError) {
    self.preparation = preparation
    self.source = source
    running = preparation
    shownCertificates = preparation.certificates
    self.log = log
    self.whenReady = whenReady
    counts = ConnectionCounts(preparation.configuration.connectionBounds)
    let count = UInt16(clamping: preparation.configuration.workerCount)
    handles = (0..<count).map(WorkerHandle.init)
    var inherited = InheritedListeners(environment.sockets)
    listeners = try Listeners(
      preparation.configuration, workerCount: handles.count, inherited: &inherited)
    inherited.closeRest(log: log)
    service = ServiceManager(environment, workers: handles.map(\.index), on: loop, log: log) {
      [handles] round in
      for handle in handles { handle.mailbox.post(.pulse(round: round)) }
    }
  }

  /// Runs until a signal and all that follows it. Returns the exit code of the program.
  package func run() -> CInt {
    SystemClock.ignoreBrokenPipes()
    guard UpstreamClient.prepareProcess() else {
      log.critical(
        "the start failed", [.reason: "the libcurl at hand lacks what the gateway needs"])
      return 1
    }
    hearLibraries()
    reports.open(on: loop) { [unowned self] in
      for report in reports.take() { handle(report) }
    }
    signals = [SIGTERM, SIGINT].compactMap { number in
      ProcessSignal(number, on: loop) { [unowned self] in stopRequested(by: number) }
    }
    if let signal = ProcessSignal(SIGUSR1, on: loop, caught: { [unowned self] in logFigures() }) {
      signals.append(signal)
    }
    listenForReloads()
    watchCertificates()
    memoryTimer = Timer(on: loop) { [unowned self] in giveMemoryBack() }
    memoryTimer?.start(every: .seconds(5))
    graceTimer = Timer(on: loop) { [unowned self] in
      drain()
      tellAll(.abandon)
    }
    drainTimer = Timer(on: loop) { [unowned self] in drain() }
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
      log.critical("the start failed", [.reason: failure])
      return 1
    }
    logRemains()
    log.info("stopped")
    return 0
  }

  // MARK: Start

  private func listenForReloads() {
    guard source != nil,
      let signal = ProcessSignal(SIGHUP, on: loop, caught: { [unowned self] in reloadRequested() })
    else { return }
    signals.append(signal)
    ProcessSignal.letThrough(SIGHUP)
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

  func startFetchingKeys() {
    guard let url = running.configuration.authentication.keys.jwksURL else { return }
    keys = KeyFetcher(url, base: running.tokens, workers: handles, on: loop, log: log) {
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
      report(.ended(worker: index, worker.remains))
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
    case .tookSetup(worker: let worker, number: let number):
      tookSetup(worker, number: number)
    case .pulse(worker: let worker, round: let round):
      service.answered(worker, round: round)
    case .stoppedListening(worker: let worker):
      stoppedListening.insert(worker)
      if stoppedListening.count == handles.count { drain() }
    case .emptied(worker: let worker):
      emptied.insert(worker)
      if emptied.count == handles.count, phase == .draining {
        phase = .finishing
        tellAll(.finish)
      }
    case .ended(worker: let worker, let left):
      ended.insert(worker)
      service.ended(worker)
      remains = remains + left
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
    CrashReport.noteLibraries()
    service.tell(.ready(status: status))
    whenReady(places)
    reloadIfRequested()
  }

  /// What the service manager shows of a gateway that runs.
  var status: String {
    let places = listeners.places.map(\.address.description).joined(separator: ", ")
    return "Listening on \(places) with \(handles.count) workers"
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
}
