/// A spot in the configuration file. Both numbers are 1-based; columns count characters.
package struct ConfigurationPlace: Hashable, Comparable, Sendable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The first character: where something is missing that has no place of its own.
  package static let start = ConfigurationPlace(line: 1, column: 1)

  package static func < (left: ConfigurationPlace, right: ConfigurationPlace) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// One thing that is wrong in the configuration, printed as `FILE:LINE:COLUMN: message`.
package struct ConfigurationProblem: Hashable, Sendable {
  /// The configuration file, as the operator named it.
  package let file: String
  package let place: ConfigurationPlace
  /// What is wrong, and what was expected. Never a value that came from the environment.
  package let message: String

  package init(file: String, place: ConfigurationPlace, message: String) {
    self.file = file
    self.place = place
    self.message = message
  }
}

extension ConfigurationProblem: CustomStringConvertible {
  package var description: String {
    "\(file):\(place.line):\(place.column): \(message)"
  }
}

extension ConfigurationProblem {
  /// What is printed of what works but is hardly meant, so that it can be told from what is wrong.
  package var asWarning: String {
    "\(file):\(place.line):\(place.column): warning: \(message)"
  }
}

/// All that is wrong in the configuration, in the order of the file; never empty.
package struct ConfigurationProblems: Error, Hashable, Sendable {
  /// As many are told at once: who has more of them has most of them for one reason.
  package static let countMax = 50

  /// The first of them, `countMax` at most.
  package let problems: [ConfigurationProblem]
  /// How many there are behind those.
  package let othersCount: Int

  /// Sorts `problems`, which must not be empty, by place; those of one place keep their order.
  /// `othersCount` are known to come behind all of them.
  package init(_ problems: [ConfigurationProblem], othersCount: Int = 0) {
    precondition(!problems.isEmpty, "a configuration without a problem is not refused")
    let first = problems.enumerated()
      .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
      .map(\.element)
      .prefix(ConfigurationProblems.countMax)
    self.problems = Array(first)
    self.othersCount = othersCount + problems.count - first.count
  }

  /// One line a problem, and one that says how many more there are.
  package var lines: [String] {
    problems.map(\.description) + (othersCount > 0 ? ["and \(othersCount) more"] : [])
  }
}

extension ConfigurationProblems: CustomStringConvertible {
  package var description: String {
    lines.joined(separator: "\n")
  }
}
