package import GatewayConfiguration

/// Why a gateway can't start.
package enum StartError: Error, Sendable {
  /// The configuration, or a file that it names, is wrong.
  case configuration(ConfigurationProblems)
  /// A step failed that depends on the machine.
  case system(String)
}

extension StartError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .configuration(let problems): problems.description
    case .system(let reason): reason
    }
  }
}
