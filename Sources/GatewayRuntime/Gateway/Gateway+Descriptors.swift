import GatewayConfiguration
import GatewayLoop
import GatewayTypes

/// How many files the process may open.
extension Gateway {
  func raiseDescriptorLimit() {
    let wanted = preparation.configuration.descriptorCountWanted(workerCount: handles.count)
    guard let limit = SystemClock.raiseDescriptorLimit(to: wanted), limit < wanted else { return }
    log.warning(
      "the process may open fewer files than limits.connections asks for (LimitNOFILE, ulimit -n)",
      [.limit: limit, .wanted: wanted])
  }
}

extension Configuration {
  /// One for each processor where the file does not say.
  var workerCount: Int {
    workers == 0 ? SystemClock.processorCount : workers
  }

  /// A connection of a client takes a descriptor, a WebSocket over TLS takes three, and each worker
  /// has its connections to the notes API, its clocks and bells.
  func descriptorCountWanted(workerCount: Int) -> Int {
    let perConnection = listeners.contains { $0.tls != nil } ? 3 : 1
    let clients = connectionBounds.all * perConnection
    return clients + workerCount * (upstream.connectionsMax + 64) + 64
  }
}
