import GatewayConfiguration
import GatewayLogic
import GatewayLoop
import GatewayTransport

/// How a running gateway takes a new configuration. Source: OPERATIONS.md, "Reload".
///
/// Everything is read and checked before anything changes, on the main thread, where it holds up
/// nobody's messages. Then the workers get one immutable setup each, all the same.
extension Gateway {
  /// SIGHUP has come.
  func reloadRequested() {
    switch phase {
    case .starting, .running:
      reloads.request()
      reloadIfRequested()
    case .draining, .finishing:
      log.info("the configuration is not read again: the gateway is stopping")
    }
  }

  /// Begins a reload that was asked for while none could be.
  func reloadIfRequested() {
    guard phase == .running, let source, reloads.takeRequest() else { return }
    service.tell(.reloading(at: SystemClock.monotonic))
    let preparation: Preparation
    do throws(StartError) {
      preparation = try source.read()
    } catch {
      countReload(.failed)
      reloadRefused(error)
      return
    }
    warn(of: preparation)
    reload(preparation)
    source.loggingChanged(preparation.configuration)
  }

  private func reloadRefused(_ error: StartError) {
    let problems =
      switch error {
      case .configuration(let problems): problems.lines
      case .system(let reason): [reason]
      }
    for problem in problems {
      log.error(
        "the new configuration is wrong: the running one stays", [.problem: problem])
    }
    service.tell(.ready(status: status + "; the last reload was refused, see the log"))
  }

  private func warn(of new: Preparation) {
    let first = preparation.configuration
    for problem in first.problemsOfReload(to: new.configuration) {
      log.warning("part of the new configuration waits for a restart", [.problem: problem])
    }
    for problem in new.warnings {
      log.warning("the new configuration", [.problem: problem])
    }
    let wanted = new.configuration.descriptorCountWanted(workerCount: handles.count)
    if let limit = SystemClock.raiseDescriptorLimit(to: 0), limit < wanted,
      wanted > first.descriptorCountWanted(workerCount: handles.count)
    {
      log.warning(
        "until a restart the process may open fewer files than limits.connections asks for",
        [.limit: limit, .wanted: wanted])
    }
  }

  private func reload(_ new: Preparation) {
    var new = new
    let certificates = certificates(in: new)
    if new.configuration.admin.address == nil {
      // The listener stays, and with it what the file that was not read says.
      new.publishToken = running.publishToken
    }
    new.configuration = new.configuration.keepingWhatIsFixed(of: preparation.configuration)
    if new.upstreamSettings != running.upstreamSettings || new.upstreamCA != running.upstreamCA {
      upstreamNumber += 1
    }
    running = new
    counts.boundsChanged(new.configuration.connectionBounds)
    let tokens = changeKeys(to: new)
    let setup = new.workerSetup(log: log, tokens: tokens, upstreamNumber: upstreamNumber)
    let number = reloads.begin(for: handles.map(\.index))
    renew(certificates)
    tellAll(.setup(setup, number: number))
  }

  /// A worker runs with a new setup.
  func tookSetup(_ worker: UInt16, number: Int) {
    guard reloads.taken(by: worker, number: number) else { return }
    countReload(.success)
    log.info("the configuration was read again and is in use")
    // Not after the gateway has said that it stops.
    guard phase == .running else { return }
    service.tell(.ready(status: status))
    reloadIfRequested()
  }

  // MARK: Keys

  /// Keys of a URL are those of that URL: with another one they are not believed any more.
  private func changeKeys(to new: Preparation) -> TokenJudge {
    let url = new.configuration.authentication.keys.jwksURL
    if let keys, keys.url == url {
      let judge = keys.rebase(new.tokens)
      keys.fetchAgain()
      return judge
    }
    keys?.shutdown()
    keys = nil
    startFetchingKeys()
    return new.tokens
  }

  // MARK: Certificates

  /// Those of the new configuration for the listeners that there are, by the index of the way to
  /// speak TLS; one whose listener the new configuration does not have keeps its last one.
  private func certificates(in new: Preparation) -> [StampedCertificate] {
    let configured = new.configuration.listeners.filter { $0.tls != nil }
    let places = Dictionary(
      zip(configured.map(\.address), new.certificates), uniquingKeysWith: { first, _ in first })
    let present = preparation.configuration.listeners.filter { $0.tls != nil }
    return zip(present, shownCertificates).map { listener, shown in
      places[listener.address] ?? shown
    }
  }

  private func renew(_ certificates: [StampedCertificate]) {
    shownCertificates = certificates
    certificateWatch?.watch(certificates)
    show(
      Dictionary(
        uniqueKeysWithValues: certificates.enumerated().map { ($0.offset, $0.element.certificate) })
    )
  }

  func watchCertificates() {
    certificateWatch = CertificateWatch(on: loop, log: log) { [unowned self] in show($0) }
    certificateWatch?.watch(shownCertificates)
  }

  private func show(_ certificates: [Int: TLSCertificate]) {
    if !certificates.isEmpty { tellAll(.certificates(certificates)) }
  }
}
