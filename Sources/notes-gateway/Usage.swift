import ArgumentParser
import GatewayConfiguration

/// What is wrong with a command line that could not be read, where the parser of arguments says
/// less than it could: it takes a command that there is not for an argument too many, and misses
/// what was misspelt before it sees that.
struct Usage {
  private static let shownCountMax = 40
  static let commandsText = "serve, check, token or demo"

  private let arguments: [String]

  /// `arguments` are those behind the program's own name.
  init(_ arguments: [String]) {
    self.arguments = arguments
  }

  /// The first word that is no command, or option that its command does not have.
  var problem: String? {
    guard let word = arguments.first, !word.hasPrefix("-") else {
      return unknownOption(among: Usage.options(of: NotesGateway.self))
    }
    let commands = NotesGateway.configuration.subcommands
    if let command = commands.first(where: { $0.configuration.commandName == word }) {
      return unknownOption(among: Usage.options(of: command))
    }
    let names = commands.compactMap { $0.configuration.commandName } + ["help"]
    guard !names.contains(word) else { return nil }
    let meant = Suggestion.word(for: word, among: names).map { " Did you mean '\($0)'?" }
    return "There is no command \(Usage.shown(word))."
      + (meant ?? " There are \(Usage.commandsText).")
  }

  /// Says `problem` on standard error, with what `message` of the parser says of the usage.
  static func say(_ problem: String, insteadOf message: String) {
    let usage = message.split(separator: "\n").drop { !$0.hasPrefix("Usage:") }
    printError((["Error: \(problem)"] + usage.map(String.init)).joined(separator: "\n"))
  }

  private func unknownOption(among options: [String]) -> String? {
    let written = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("-") }
      .map { String($0.prefix { $0 != "=" }) }
    guard let unknown = written.first(where: { !options.contains($0) }) else { return nil }
    let meant = Suggestion.word(for: unknown, among: options.filter { $0.hasPrefix("--") })
    return "Unknown option \(Usage.shown(unknown))."
      + (meant.map { " Did you mean '\($0)'?" } ?? "")
  }

  /// As its help names them: the parser has no other list of them.
  private static func options(of command: any ParsableCommand.Type) -> [String] {
    NotesGateway.helpMessage(for: command, columns: 1000)
      .split { " \n,[]=".contains($0) }
      .filter { $0.hasPrefix("-") }
      .map(String.init)
  }

  private static func shown(_ word: String) -> String {
    String(reflecting: String(word.prefix(shownCountMax)))
  }
}
