import GatewayConfiguration
import GatewayLoop
import GatewayTypes

/// How many files the process may open.
extension Gateway {
  /// A connection of a client takes a descriptor, a WebSocket over TLS takes three, and each worker
  /// has its connections to the notes API, its clocks and bells.
  func raiseDescriptorLimit() {
    let wanted = descriptorCountWanted(by: preparation.configuration)
    guard let limit = SystemClock.raiseDescriptorLimit(to: wanted), limit < wanted else { return }
    log.warning(
      "the process may open fewer files than limits.connections asks for (LimitNOFILE, ulimit -n)",
      [.limit: limit, .wanted: wanted])
  }

  func descriptorCountWanted(by configuration: Configuration) -> Int {
    let perConnection = configuration.listeners.contains { $0.tls != nil } ? 3 : 1
    let clients = configuration.connectionBounds.all * perConnection
    return clients + handles.count * (configuration.upstream.connectionsMax + 64) + 64
  }
}
