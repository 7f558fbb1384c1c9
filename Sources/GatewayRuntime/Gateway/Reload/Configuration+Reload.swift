import GatewayConfiguration
import GatewayTypes

/// What stays as it was at the start, whatever the file says later.
extension Configuration {
  /// What `new` asks for that only a restart can do, `self` being the configuration of the start.
  func problemsOfReload(to new: Configuration) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    func note(_ key: String, _ what: String) {
      problems.append(new.places.problem(with: key, "\(what), and stays as it is until a restart"))
    }
    if listeners.map(\.place) != new.listeners.map(\.place) {
      note("listen", "can't change while the gateway runs")
    }
    if workers != new.workers { note("workers", "can't change while the gateway runs") }
    if admin.address != new.admin.address {
      note("admin.listen", "can't change while the gateway runs")
    }
    let handshakes = (front.headerTimeout.wholeSeconds, new.front.headerTimeout.wholeSeconds)
    if listeners.contains(where: { $0.tls != nil }), handshakes.1 > handshakes.0 {
      note("limits.header_timeout", "can't become longer for TLS handshakes")
    }
    return problems
  }

  /// This configuration with what `first`, that of the start, does not let change.
  func keepingWhatIsFixed(of first: Configuration) -> Configuration {
    var kept = self
    kept.workers = first.workers
    kept.admin.address = first.admin.address
    kept.listeners = first.listeners.map { listener in
      listeners.first { $0.place == listener.place } ?? listener
    }
    return kept
  }
}

extension Configuration.Listener {
  /// What of a listener can't change.
  fileprivate struct Place: Hashable {
    let address: ListenAddress
    let isTLS: Bool
  }

  fileprivate var place: Place { Place(address: address, isTLS: tls != nil) }
}

extension Duration {
  fileprivate var wholeSeconds: Int64 { wholeMilliseconds / 1000 }
}
