package import GatewayConfiguration
import GatewayLoop

/// Whether a gateway that started now could listen where a configuration says.
///
/// Nothing listens for that: a client of a gateway that runs must not come to a socket that is
/// closed at once.
package enum BindTrial {
  /// The addresses that can't be had. Those that the service manager of `environment` hands over
  /// are left out: it has them.
  package static func problems(
    of configuration: Configuration, _ environment: ServiceEnvironment
  ) -> [ConfigurationProblem] {
    var inherited = InheritedListeners(environment.sockets)
    var problems: [ConfigurationProblem] = []
    func report(_ key: String, _ address: ListenAddress, _ error: ListenError) {
      problems.append(configuration.places.problem(with: key, error.problem(at: address)))
    }
    for (index, listener) in configuration.listeners.enumerated()
    where inherited.take(at: listener.address).isEmpty {
      if let error = error(at: listener.address, isShared: true) {
        report("listen[\(index)]", listener.address, error)
      }
    }
    if let address = configuration.admin.address, let error = error(at: address, isShared: false) {
      report("admin.listen", address, error)
    }
    return problems
  }

  private static func error(at address: ListenAddress, isShared: Bool) -> ListenError? {
    switch address {
    case .ip(let ip, port: let port):
      ListeningSocket.probe(address: ip.text, port: port, isShared: isShared)
    case .unix(path: let path):
      ListeningSocket.probe(path: path)
    }
  }
}
