import ArgumentParser
import GatewayConfiguration
import GatewayLoop
import GatewayRuntime
import Glibc
import Logging

/// `notes-gateway serve`: the gateway, in the foreground.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the gateway in the foreground.")

  @OptionGroup var option: ConfigurationOption

  func run() throws {
    // One that comes before anybody listens must not end the program, and is not lost.
    ProcessSignal.hold(SIGHUP)
    let environment = ServiceEnvironment.take()
    let (configuration, preparation) = try option.prepare()
    let threshold = LogThreshold(Logger.Level(configuration.logLevel))
    let source = ConfigurationSource(
      read: { [file = option.file] () throws(StartError) in
        try ConfigurationOption.read(file).preparation
      },
      levelChanged: { threshold.level = Logger.Level($0) })
    let code = try serve(preparation, threshold, source, environment)
    throw ExitCode(code)
  }
}

/// Runs a gateway until it is told to stop. Returns the exit code of the program.
func serve(
  _ preparation: Preparation, _ threshold: LogThreshold, _ source: ConfigurationSource? = nil,
  _ environment: ServiceEnvironment = .none,
  whenReady: @escaping ([ListenPlace]) -> Void = { _ in }
) throws -> Int32 {
  let writer = LogWriter()
  let logger = Logger(label: "notes-gateway") { _ in
    TextLogHandler(threshold, writer: writer)
  }
  do {
    let gateway = try Gateway(
      preparation, source, environment, log: Log(logger), whenReady: whenReady)
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

extension ServiceEnvironment {
  /// What the service manager has said to this process, which is taken out of the environment.
  /// Before other threads are started, which might look into it.
  static func take() -> ServiceEnvironment {
    let environment = ServiceEnvironment(processID: getpid()) { name in
      getenv(name).map { String(cString: $0) }
    }
    for name in names { unsetenv(name) }
    return environment
  }
}
