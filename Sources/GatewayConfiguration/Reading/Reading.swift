/// What the parts of one reading of the file share: what they look things up in, and where they
/// put down what they find.
final class Reading {
  let environment: (String) -> String?
  /// Absolute; what relative paths in the file are relative to.
  let baseDirectory: String
  var places: ConfigurationPlaces
  /// What is in effect, complete where there are no problems.
  var effective = EffectiveText()
  /// The keys that were asked for.
  var catalogue = KeyCatalogue()
  private var found: FirstProblems

  init(file: String, baseDirectory: String, environment: @escaping (String) -> String?) {
    found = FirstProblems(file: file)
    places = ConfigurationPlaces(file: file)
    self.baseDirectory = baseDirectory
    self.environment = environment
  }

  /// All that was reported; nil when nothing was.
  var problems: ConfigurationProblems? { found.problems }

  /// `message` is made only where it is going to be read: a file may have many problems.
  func report(_ place: ConfigurationPlace, _ message: @autoclosure () -> String) {
    found.add(place, message)
  }
}
