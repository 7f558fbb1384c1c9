import ArgumentParser
import GatewayConfiguration
import GatewayRuntime

/// `--config FILE`, and what is made of it.
struct ConfigurationOption: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file())
  var file: String

  /// Reads and checks the file and what it names. Says everything that is wrong on standard error,
  /// and ends the program with code 1 then. What is odd but works is said as well.
  func prepare() throws -> (configuration: Configuration, preparation: Preparation) {
    let (configuration, preparation) = try readOrExit()
    if !preparation.warnings.isEmpty {
      ConfigurationProblems(preparation.warnings).printAsWarnings()
    }
    return (configuration, preparation)
  }

  /// The same without a word of what is odd.
  func readOrExit() throws -> (configuration: Configuration, preparation: Preparation) {
    do throws(StartError) {
      return try ConfigurationOption.read(file)
    } catch {
      throw failure(error.description)
    }
  }

  /// Reads and checks `file` and what it names.
  static func read(
    _ file: String
  ) throws(StartError) -> (configuration: Configuration, preparation: Preparation) {
    switch ConfigurationReader.read(file: file) {
    case .failure(let problems): throw .configuration(problems)
    case .success(let configuration): return (configuration, try Preparation(configuration))
    }
  }
}

extension ConfigurationProblems {
  /// Writes them to standard error as what works but is hardly meant.
  func printAsWarnings() {
    for problem in problems { printError(problem.asWarning) }
    if othersCount > 0 { printError("and \(othersCount) warnings more") }
  }
}
