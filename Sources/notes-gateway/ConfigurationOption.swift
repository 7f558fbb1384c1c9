import ArgumentParser
import GatewayConfiguration
import GatewayRuntime
import Glibc

/// `--config FILE`, and what is made of it.
struct ConfigurationOption: ParsableArguments {
  @Option(name: .customLong("config"), help: "The configuration file.", completion: .file())
  var file: String

  /// Reads and checks the file and what it names. Says everything that is wrong on standard error,
  /// and ends the program with code 1 then. What is odd but works is said as well.
  func prepare() throws -> (configuration: Configuration, preparation: Preparation) {
    do throws(StartError) {
      let (configuration, preparation) = try ConfigurationOption.read(file)
      for warning in preparation.warnings { printError("warning: \(warning)") }
      return (configuration, preparation)
    } catch {
      printError("\(error)")
      throw ExitCode(1)
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

/// Writes a line to standard error.
func printError(_ text: String) {
  printLine(text, to: STDERR_FILENO)
}

/// Writes a line at once, also where it goes into a pipe.
func printLine(_ text: String, to descriptor: CInt = STDOUT_FILENO) {
  let line = Array("\(text)\n".utf8)
  var written = 0
  while written < line.count {
    let count = line[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 || errno == EINTR else { return }
    written += max(0, count)
  }
}
