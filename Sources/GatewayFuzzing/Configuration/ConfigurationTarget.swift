import GatewayConfiguration

/// The configuration file.
///
/// It gives a configuration, or problems, each in one line and at a place that is in the file; and
/// what the environment holds is never shown. What is in effect can be read again as a file that
/// lies elsewhere, and is the same.
enum ConfigurationTarget {
  /// What `${SECRET}` stands for.
  private static let secret = "/hunter2-hunter2"
  /// Room for two paths of 4096 characters, all of them escaped.
  private static let messageSizeMax = 100_000

  static func check(_ input: [UInt8]) throws(Finding) -> FuzzTarget.Verdict {
    let result = read(input, in: directory)
    let lines = lineSizes(of: input)
    switch result {
    case .success(let configuration):
      for warning in configuration.warnings { try judge(warning, in: lines) }
      try require(
        configuration.place(of: "upstream.url") != nil, "a configuration without an upstream")
      try judgeEffectiveText(of: input, configuration)
      return .accepted
    case .failure(let problems):
      for problem in problems.problems { try judge(problem, in: lines) }
      try require(
        problems.problems.map(\.place) == problems.problems.map(\.place).sorted(),
        "problems out of order")
      return .refused
    }
  }

  private static let directory = "/etc/gateway"

  private static func environment(_ name: String) -> String? {
    name == "SECRET" ? secret : nil
  }

  private static func read(
    _ input: [UInt8], in directory: String
  ) -> Result<Configuration, ConfigurationProblems> {
    ConfigurationReader.read(
      input, file: "f", baseDirectory: directory, environment: environment)
  }

  private static func judgeEffectiveText(
    of input: [UInt8], _ configuration: Configuration
  ) throws(Finding) {
    let effective = ConfigurationReader.effectiveText(
      input, file: "f", baseDirectory: directory, environment: environment)
    guard case .success(let text) = effective else {
      throw Finding("a configuration that can't be printed")
    }
    try require(!text.contains(secret), "a secret in what is printed: \(text)")
    guard case .success(let again) = read(Array(text.utf8), in: "/elsewhere") else {
      throw Finding("what is printed can't be read: \(text)")
    }
    try require(again == configuration, "what is printed is another configuration: \(text)")
  }

  private static func judge(
    _ problem: ConfigurationProblem, in lines: [Int]
  ) throws(Finding) {
    let message = problem.message
    try require((1...messageSizeMax).contains(message.utf8.count), "a message of no use")
    try require(
      !message.unicodeScalars.contains { $0.properties.generalCategory == .control },
      "control characters in a message: \(message)")
    try require(!message.contains(secret), "a secret in a message: \(message)")
    let place = problem.place
    try require(
      (1...lines.count).contains(place.line), "line \(place.line) of \(lines.count): \(message)")
    try require(
      (1...(lines[place.line - 1] + 1)).contains(place.column),
      "\(place.line):\(place.column) is behind the end of its line: \(message)")
  }

  /// How many characters each line has, by what YAML 1.1 takes for the end of one.
  private static func lineSizes(of input: [UInt8]) -> [Int] {
    var sizes = [0]
    var isBehindCarriageReturn = false
    for scalar in String(decoding: input, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\n" where isBehindCarriageReturn: break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": sizes.append(0)
      default: sizes[sizes.count - 1] += 1
      }
      isBehindCarriageReturn = scalar == "\r"
    }
    return sizes
  }
}
