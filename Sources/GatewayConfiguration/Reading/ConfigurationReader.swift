/// Reads the configuration file: YAML to `Configuration`, or every problem with its place.
///
/// Source: CONFIGURATION.md. A new key is a field of `Configuration` with its default, one line in
/// `ConfigurationReader+Sections.swift`, and its line in `conf/notes-gateway.yaml`.
package enum ConfigurationReader {
  /// The largest configuration file, in bytes.
  package static let fileSizeMax = 1 << 20

  /// Looks a name up in the environment of this process; nil when it is not set.
  package static func processEnvironment(_ name: String) -> String? {
    System.environment(name)
  }

  /// Reads the file at the path `file`, by which it is also named in problems.
  ///
  /// `environment` gives the value of an environment variable, or nil when it is not set.
  package static func read(
    file: String, environment: @escaping (String) -> String? = processEnvironment
  ) -> Result<Configuration, ConfigurationProblems> {
    content(of: file).flatMap { bytes, directory in
      read(bytes, file: file, baseDirectory: directory, environment: environment)
    }
  }

  /// Reads the text of a file. `file` names it in problems; relative paths in it are relative to
  /// `baseDirectory`, an absolute path.
  package static func read(
    _ bytes: [UInt8], file: String, baseDirectory: String,
    environment: @escaping (String) -> String?
  ) -> Result<Configuration, ConfigurationProblems> {
    let reading = Reading(file: file, baseDirectory: baseDirectory, environment: environment)
    return read(bytes, reading).map(\.configuration)
  }

  /// The configuration that the file at the path `file` asks for, as a file that has every key; see
  /// `EffectiveText`.
  package static func effectiveText(file: String) -> Result<String, ConfigurationProblems> {
    content(of: file).flatMap { bytes, directory in
      effectiveText(
        bytes, file: file, baseDirectory: directory, environment: processEnvironment)
    }
  }

  /// The same of the text of a file.
  package static func effectiveText(
    _ bytes: [UInt8], file: String, baseDirectory: String,
    environment: @escaping (String) -> String?
  ) -> Result<String, ConfigurationProblems> {
    let reading = Reading(file: file, baseDirectory: baseDirectory, environment: environment)
    return read(bytes, reading).map(\.effectiveText)
  }

  /// `logging.format` of the file, whatever else is wrong there: for those who tell what is. The
  /// default where it can't be read.
  package static func logFormat(
    file: String, environment: @escaping (String) -> String? = processEnvironment
  ) -> LogFormat {
    switch content(of: file) {
    case .success((let bytes, directory: let directory)):
      let reading = Reading(file: file, baseDirectory: directory, environment: environment)
      return readAll(bytes, reading).logFormat
    case .failure:
      return blank.logFormat
    }
  }

  private static func read(
    _ bytes: [UInt8], _ reading: Reading
  ) -> Result<(configuration: Configuration, effectiveText: String), ConfigurationProblems> {
    let configuration = readAll(bytes, reading)
    return reading.problems.map(Result.failure)
      ?? .success((configuration, reading.effective.text))
  }

  private static func readAll(_ bytes: [UInt8], _ reading: Reading) -> Configuration {
    var configuration = blank
    if let root = YAMLTreeBuilder.build(bytes, reading: reading) {
      Section.readRoot(root, reading: reading) { root in
        readSections(&root, into: &configuration)
      }
    }
    configuration.places = reading.places
    return configuration
  }

  /// What is in the file, and the directory that relative paths in it are relative to.
  private static func content(
    of file: String
  ) -> Result<([UInt8], directory: String), ConfigurationProblems> {
    do {
      let bytes = try System.read(file: file, sizeMax: fileSizeMax)
      let directory = System.directory(of: System.path(file, in: System.currentDirectory))
      return .success((bytes, directory))
    } catch {
      let message = "the configuration \(error); expected a YAML file"
      return .failure(
        ConfigurationProblems([
          ConfigurationProblem(file: file, place: .start, message: message)
        ]))
    }
  }

  /// All keys, those of sections that may be left out as well.
  static let catalogue: KeyCatalogue = {
    func node(_ content: YAMLNode.Content) -> YAMLNode { YAMLNode(content: content, place: .start) }
    func mapping(_ key: String, _ value: YAMLNode) -> YAMLNode {
      node(.mapping([YAMLEntry(key: key, keyPlace: .start, value: value)]))
    }
    let listener = mapping("tls", node(.mapping([])))
    let reading = Reading(file: "", baseDirectory: "/") { _ in nil }
    var configuration = blank
    Section.readRoot(mapping("listen", node(.sequence([listener]))), reading: reading) { root in
      readSections(&root, into: &configuration)
    }
    return reading.catalogue
  }()

  /// Where reading begins: the defaults, and blanks for what has none. A blank never gets out: a
  /// file that does not fill it is refused.
  private static let blank = Configuration(
    upstream: Configuration.Upstream(url: UpstreamURL(isTLS: false, host: "")),
    authentication: Configuration.Authentication(keys: Configuration.Authentication.Keys()))
}
