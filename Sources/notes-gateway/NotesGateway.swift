import ArgumentParser
import GatewayConfiguration
import GatewayLoop
import GatewayRuntime

/// The program: its commands and their exit codes.
///
/// 0 fine, 1 the configuration or a start-up step failed, 64 bad usage.
/// Source: CONFIGURATION.md, "Commands".
@main
struct NotesGateway: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notes-gateway",
    abstract: "Puts live sync in front of a notes API.",
    discussion: """
      Exit codes: 0 fine, 1 the configuration or a step of the start failed, 64 bad usage.
      """,
    version: Version.description,
    subcommands: [ServeCommand.self, CheckCommand.self, TokenCommand.self, DemoCommand.self])

  static func main() {
    SystemClock.openStandardDescriptors()
    let arguments = Array(CommandLine.arguments.dropFirst())
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(arguments)
    } catch {
      // Help and the like end the program by an error as well.
      let code = exitCode(for: error)
      guard code == .validationFailure, let problem = Usage(arguments).problem else {
        exit(withError: error)
      }
      Usage.say(problem, insteadOf: fullMessage(for: error))
      exit(withError: code)
    }
    do {
      try command.run()
    } catch {
      exit(withError: error)
    }
  }

  func run() throws {
    throw ValidationError("A command is missing: \(Usage.commandsText).")
  }
}
