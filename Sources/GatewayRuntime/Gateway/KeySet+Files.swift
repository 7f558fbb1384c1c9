import GatewayConfiguration
import GatewayTokens
import GatewayTypes

extension KeySet {
  /// The keys in the files that the configuration names, or all that is wrong with them. It is not
  /// complete where others must be fetched.
  init(_ files: ConfigurationFiles, _ configuration: Configuration) throws(StartError) {
    var keys: [VerificationKey] = []
    var problems: [ConfigurationProblem] = []
    func read(
      _ content: [UInt8]?, of key: String, _ parse: ([UInt8]) throws -> [VerificationKey]
    ) {
      guard let content else { return }
      do {
        keys += try parse(content)
      } catch {
        let name = "authentication.keys.\(key)"
        problems.append(configuration.places.problem(with: name, "\(error)"))
      }
    }
    let algorithms = Array(configuration.authentication.algorithms)
    read(files.jwks, of: "jwks_file") { try JSONWebKeySet($0).keys }
    read(files.publicKey, of: "public_key_file") {
      [VerificationKey(publicKey: try PublicKey(pem: $0))]
    }
    read(files.hmacSecret, of: "hmac_secret_file") {
      [try VerificationKey(secret: HMACSecret($0), algorithms: algorithms)]
    }
    guard problems.isEmpty else { throw .configuration(ConfigurationProblems(problems)) }
    self.init(keys, isComplete: configuration.authentication.keys.jwksURL == nil)
  }

  /// What is odd about the keys but works: algorithms that no key is there for. It can't be said as
  /// long as keys are to be fetched.
  func warnings(_ configuration: Configuration) -> [ConfigurationProblem] {
    guard isComplete else { return [] }
    let algorithms = Array(configuration.authentication.algorithms)
    let unusable = algorithmsWithoutKey(among: algorithms).map(\.rawValue).sorted()
    guard !unusable.isEmpty else { return [] }
    return [
      configuration.places.problem(
        with: "authentication.algorithms",
        "no key is there for \(unusable.joined(separator: ", ")): such tokens are refused")
    ]
  }
}
