package import GatewayConfiguration
import GatewayLoop
import GatewayTokens
package import GatewayTypes

/// What an operator should know of a configuration that works, beyond what its text says: who can
/// read its files, until when its certificates are good, what the machine lets it do.
///
/// It is for `check`, which has the time and somebody who reads it.
package struct Inspection {
  let configuration: Configuration
  let files: ConfigurationFiles
  let now: WallTime

  package init(_ configuration: Configuration, _ files: ConfigurationFiles, at now: WallTime) {
    self.configuration = configuration
    self.files = files
    self.now = now
  }

  /// In the order of the file.
  package var findings: [ConfigurationProblem] {
    let found =
      certificateFindings + accessFindings + keyFindings
      + [descriptorFinding]
      .compactMap { $0 }
    return found.enumerated()
      .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
      .map(\.element)
  }

  // MARK: Keys and tokens

  /// Sixteen random characters are more than can be tried out over a network.
  private static let publishTokenSizeMin = 16

  private var keyFindings: [ConfigurationProblem] {
    var findings: [ConfigurationProblem] = []
    if let token = files.publishToken, token.text.utf8.count < Inspection.publishTokenSizeMin {
      findings.append(
        configuration.places.problem(
          with: "admin.publish_token_file",
          "the token has \(token.text.utf8.count) characters and could be guessed; expected "
            + "\(Inspection.publishTokenSizeMin) random ones or more"))
    }
    return findings + keysLeftOut
  }

  private var keysLeftOut: [ConfigurationProblem] {
    guard let jwks = files.jwks else { return [] }
    do {
      return try JSONWebKeySet(jwks).problems.map { problem in
        configuration.places.problem(
          with: "authentication.keys.jwks_file", "\(problem); it is left out")
      }
    } catch {
      // Reported by the preparation.
      return []
    }
  }

  // MARK: The machine

  private var descriptorFinding: ConfigurationProblem? {
    let wanted = configuration.descriptorCountWanted(workerCount: configuration.workerCount)
    guard let limit = SystemClock.raiseDescriptorLimit(to: wanted), limit < wanted else {
      return nil
    }
    return configuration.places.problem(
      with: "limits.connections",
      "with \(configuration.connectionBounds.all) of them \(wanted) files are open, and here a "
        + "process may open \(limit) (LimitNOFILE, ulimit -n); expected a higher limit of open "
        + "files (the systemd unit sets it), or a lower limits.connections")
  }
}
