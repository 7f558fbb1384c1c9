/// Where each value stands in the file, by its key: `upstream.url`, `listen[0].tls`.
///
/// With it, what is found out later, such as a key file without a key in it, is still reported as
/// FILE:LINE:COLUMN. All are equal: moving a value in the file does not change what is asked for.
package struct ConfigurationPlaces: Sendable {
  /// The configuration file, as the operator named it.
  package let file: String
  private var places: [String: ConfigurationPlace] = [:]

  package init(file: String = "configuration") {
    self.file = file
  }

  /// The place of the value of `key`; nil when the file does not have it.
  package subscript(key: String) -> ConfigurationPlace? {
    get { places[key] }
    set { places[key] = newValue }
  }

  /// A problem with the value of `key`, at its place, or at the file's start if it has none.
  package func problem(with key: String, _ message: String) -> ConfigurationProblem {
    ConfigurationProblem(
      file: file, place: places[key] ?? .start, message: "\(key): \(message)")
  }
}

extension ConfigurationPlaces: Equatable {
  package static func == (left: ConfigurationPlaces, right: ConfigurationPlaces) -> Bool {
    true
  }
}

extension Configuration {
  /// The place of the value of `key`, such as `authentication.keys.jwks_file`, in the file.
  package func place(of key: String) -> ConfigurationPlace? {
    places[key]
  }
}
