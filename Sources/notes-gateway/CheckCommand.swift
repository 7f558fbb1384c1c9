import ArgumentParser
import GatewayConfiguration
import GatewayLoop
import GatewayRuntime

/// `notes-gateway check`: is the configuration fine?
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say what is wrong with a configuration, or that it is fine.",
    discussion: """
      What is wrong is said as FILE:LINE:COLUMN: …, and the exit code is then 1. What works but \
      is hardly meant is said as FILE:LINE:COLUMN: warning: …, and changes nothing else. Files \
      that the configuration names are read; nothing is written, and no other machine is asked.
      """)

  @OptionGroup var option: ConfigurationOption

  @Flag(
    name: .customLong("print"),
    help: """
      Print the configuration in effect, with every default, as YAML on standard output. What \
      comes from the environment stays ${NAME}.
      """)
  var isToPrint = false

  @Flag(
    name: .customLong("bind"),
    help: "Also see whether the addresses of listen and admin.listen can be had.")
  var isToBind = false

  func run() throws {
    let environment = ServiceEnvironment.take()
    let (configuration, preparation) = try option.readOrExit()
    let warnings = preparation.warnings + findings(configuration)
    if !warnings.isEmpty { ConfigurationProblems(warnings).printAsWarnings() }
    if isToBind {
      let problems = BindTrial.problems(of: configuration, environment)
      if !problems.isEmpty { throw failure(ConfigurationProblems(problems).description) }
    }
    let count = warnings.count
    let more = count == 0 ? "" : ", with \(count) warning\(count == 1 ? "" : "s")"
    let verdict = "\(option.file): the configuration is fine\(more)"
    guard isToPrint else { return try printResult(verdict) }
    switch ConfigurationReader.effectiveText(file: option.file) {
    case .success(let text): try printResult(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    case .failure(let problems): throw failure(problems.description)
    }
    printError(verdict)
  }

  private func findings(_ configuration: Configuration) -> [ConfigurationProblem] {
    // Read before; who changes them meanwhile is told the next time.
    guard case .success(let files) = ConfigurationFiles.read(for: configuration) else { return [] }
    return Inspection(configuration, files, at: SystemClock.wall).findings
  }
}
