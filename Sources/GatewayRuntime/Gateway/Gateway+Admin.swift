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

  /// Made before the workers run, so that their answers find it. Nil where there is none.
  func makeAdmin(
    unreadiness: @escaping () -> String?, isRunning: @escaping () -> Bool,
    mainFigures: @escaping () -> GatewayFigures.Main
  ) throws(FrontError) -> AdminServer? {
    guard let (descriptor, address) = listeners.admin else { return nil }
    let environment = AdminServer.Environment(
      address: address, publishToken: preparation.publishToken,
      bodySizeMax: Preparation.answerSizeMax(preparation.configuration.limits), workers: handles,
      home: { [handles] in
        handles[Int(Worker.home(of: $0, amongWorkers: handles.count))]
      },
      isRunning: isRunning, unreadiness: unreadiness, mainFigures: mainFigures)
    return try AdminServer(environment, on: loop, descriptor: descriptor)
  }
}
