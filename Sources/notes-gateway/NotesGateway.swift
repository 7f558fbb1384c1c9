import ArgumentParser
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
    version: "notes-gateway \(Version.current)",
    subcommands: [ServeCommand.self, CheckCommand.self, TokenCommand.self, DemoCommand.self])

  func run() throws {
    throw ValidationError("A command is missing: serve, check, token or demo.")
  }
}
