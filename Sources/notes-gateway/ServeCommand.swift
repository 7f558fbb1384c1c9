import ArgumentParser
import GatewayConfiguration
import GatewayRuntime
import Logging

/// `notes-gateway serve`: the gateway, in the foreground.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the gateway in the foreground.")

  @OptionGroup var option: ConfigurationOption

  func run() throws {
    let (configuration, preparation) = try option.prepare()
    let code = try serve(preparation, level: Logger.Level(configuration.logLevel))
    throw ExitCode(code)
  }
}

/// Runs a gateway until it is told to stop. Returns the exit code of the program.
func serve(
  _ preparation: Preparation, level: Logger.Level,
  whenReady: @escaping ([ListenPlace]) -> Void = { _ in }
) throws -> Int32 {
  let writer = LogWriter()
  let logger = Logger(label: "notes-gateway") { _ in
    TextLogHandler(level: level, writer: writer)
  }
  do {
    let gateway = try Gateway(preparation, log: Log(logger), whenReady: whenReady)
    let code = gateway.run()
    writer.finish()
    return code
  } catch {
    writer.finish()
    printError("\(error)")
    return 1
  }
}

extension Logger.Level {
  init(_ level: LogLevel) {
    self =
      switch level {
      case .trace: .trace
      case .debug: .debug
      case .info: .info
      case .notice: .notice
      case .warning: .warning
      case .error: .error
      case .critical: .critical
      }
  }
}
