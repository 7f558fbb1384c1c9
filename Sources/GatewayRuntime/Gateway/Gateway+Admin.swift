import GatewayConfiguration
import GatewayLogic
import GatewayTransport

/// What the gateway tells operators of itself.
extension Gateway {
  /// For one who asks by SIGUSR1.
  func logFigures() {
    let counted = counts.figures
    log.notice(
      "figures of all workers",
      [
        .connections: counted.count, .unauthenticated: counted.unauthenticatedCount,
        .networksAndUsers: counted.knownCount,
      ])
    tellAll(.logFigures)
  }

  /// False when there can't be an admin listener, which the log says. Before the workers run, so
  /// that their answers find it.
  func startAdmin() -> Bool {
    guard let (descriptor, address) = listeners.admin else { return true }
    do throws(FrontError) {
      admin = try AdminServer(adminEnvironment(at: address), on: loop, descriptor: descriptor)
      return true
    } catch {
      log.critical("the start failed", [.reason: error])
      return false
    }
  }

  private func adminEnvironment(at address: ListenAddress) -> AdminServer.Environment {
    AdminServer.Environment(
      address: address,
      publishToken: { [unowned self] in running.publishToken },
      bodySizeMax: { [unowned self] in Preparation.answerSizeMax(running.configuration.limits) },
      workers: handles,
      home: { [handles] in
        handles[Int(Worker.home(of: $0, amongWorkers: handles.count))]
      },
      isRunning: { [unowned self] in phase == .running },
      unreadiness: { [unowned self] in unreadiness },
      mainFigures: { [unowned self] in figures },
      log: log)
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
}
