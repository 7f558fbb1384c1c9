import ArgumentParser

/// `notes-gateway check`: is the configuration fine?
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say what is wrong with a configuration, or that it is fine.")

  @OptionGroup var option: ConfigurationOption

  func run() throws {
    _ = try option.prepare()
    printLine("\(option.file): the configuration is fine")
  }
}
