import GatewayConfiguration
import Testing

/// Reads `yaml`, as the file `f` in `/etc/gateway`. What is required is put behind it where it is
/// missing, so that a test says only what it is about, and at the places that it sees.
func read(
  _ yaml: String, environment: [String: String] = [:]
) -> Result<Configuration, ConfigurationProblems> {
  let sections = yaml.split(separator: "\n").map { $0.prefix { $0 != ":" } }
  var text = yaml
  if !sections.contains("upstream") { text += "\nupstream: {url: 'http://127.0.0.1:3000'}" }
  if !sections.contains("authentication") { text += "\nauthentication: {keys: {jwks_file: k}}" }
  return readExactly(text, environment: environment)
}

/// Reads `yaml` as it is.
func readExactly(
  _ yaml: String, environment: [String: String] = [:]
) -> Result<Configuration, ConfigurationProblems> {
  ConfigurationReader.read(
    Array(yaml.utf8), file: "f", baseDirectory: "/etc/gateway", environment: { environment[$0] })
}

extension Result where Success == Configuration, Failure == ConfigurationProblems {
  /// The lines that an operator would see; none when all is well.
  var report: [String] {
    switch self {
    case .success: []
    case .failure(let problems): problems.problems.map(\.description)
    }
  }
}

/// A text in the file, and all that is to be said about it.
struct Refusal: CustomTestStringConvertible {
  let yaml: String
  let report: [String]

  init(_ yaml: String, _ report: String...) {
    self.yaml = yaml
    self.report = report
  }

  var testDescription: String { yaml }
}
