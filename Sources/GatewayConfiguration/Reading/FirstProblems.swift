/// The first problems of a file by place, as many as are printed, and how many there are in all.
///
/// They are found section by section, not in the order of the file, and a file may have as many as
/// it has characters. What comes behind those that are kept is only counted: its message, which
/// costs more than finding it, is never made.
struct FirstProblems {
  private let file: String
  /// In the order in which they were found, until they are sorted; less than twice what is kept.
  private var kept: [(number: Int, problem: ConfigurationProblem)] = []
  /// The place of the last one that is kept: what comes behind it is not. Nil while all are.
  private var border: ConfigurationPlace?
  private(set) var count = 0

  init(file: String) {
    self.file = file
  }

  mutating func add(_ place: ConfigurationPlace, _ message: () -> String) {
    count += 1
    if let border, place >= border { return }
    kept.append((count, ConfigurationProblem(file: file, place: place, message: message())))
    if kept.count >= 2 * ConfigurationProblems.countMax { dropLast() }
  }

  /// All that was found; nil when nothing was.
  var problems: ConfigurationProblems? {
    guard count > 0 else { return nil }
    return ConfigurationProblems(kept.map(\.problem), othersCount: count - kept.count)
  }

  private mutating func dropLast() {
    kept.sort { ($0.problem.place, $0.number) < ($1.problem.place, $1.number) }
    kept.removeLast(kept.count - ConfigurationProblems.countMax)
    border = kept.last?.problem.place
  }
}
