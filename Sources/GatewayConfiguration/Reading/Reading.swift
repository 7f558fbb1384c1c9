/// What the parts of one reading of the file share: what they look things up in, and where they
/// put down what they find.
final class Reading {
  let environment: (String) -> String?
  /// Absolute; what relative paths in the file are relative to.
  let baseDirectory: String
  var places: ConfigurationPlaces
  private(set) var problems: [ConfigurationProblem] = []

  init(file: String, baseDirectory: String, environment: @escaping (String) -> String?) {
    places = ConfigurationPlaces(file: file)
    self.baseDirectory = baseDirectory
    self.environment = environment
  }

  func report(_ place: ConfigurationPlace, _ message: String) {
    problems.append(ConfigurationProblem(file: places.file, place: place, message: message))
  }
}
