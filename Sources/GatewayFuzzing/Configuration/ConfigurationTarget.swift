import GatewayConfiguration

/// The configuration file.
///
/// It gives a configuration, or problems, each in one line and at a place that is in the file; and
/// what the environment holds is never shown.
enum ConfigurationTarget {
  /// What `${SECRET}` stands for.
  private static let secret = "/hunter2-hunter2"
  /// Room for two paths of 4096 characters, all of them escaped.
  private static let messageSizeMax = 100_000

  static func check(_ input: [UInt8]) throws(Finding) -> FuzzTarget.Verdict {
    let result = ConfigurationReader.read(
      input, file: "f", baseDirectory: "/etc/gateway",
      environment: { $0 == "SECRET" ? secret : nil })
    let lines = lineSizes(of: input)
    switch result {
    case .success(let configuration):
      for warning in configuration.warnings { try judge(warning, in: lines) }
      try require(
        configuration.place(of: "upstream.url") != nil, "a configuration without an upstream")
      return .accepted
    case .failure(let problems):
      for problem in problems.problems { try judge(problem, in: lines) }
      try require(
        problems.problems.map(\.place) == problems.problems.map(\.place).sorted(),
        "problems out of order")
      return .refused
    }
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
