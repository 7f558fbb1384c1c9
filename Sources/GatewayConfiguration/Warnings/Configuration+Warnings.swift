/// What works but is hardly meant: for `check` and the log.
extension Configuration {
  /// In the order of the file.
  package var warnings: [ConfigurationProblem] {
    let found = exposures + contradictions + unusedKeys
    return found.enumerated()
      .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
      .map(\.element)
  }
}
