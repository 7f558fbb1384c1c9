import ArgumentParser
import GatewayConfiguration
import GatewayLoop
import GatewayRuntime
import Glibc

/// `notes-gateway serve`: the gateway, in the foreground.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the gateway in the foreground.")

  @OptionGroup var option: ConfigurationOption

  func run() throws {
    // One that comes before anybody listens must not end the program, and is not lost.
    ProcessSignal.hold(SIGHUP)
    let environment = ServiceEnvironment.take()
    CrashReport.install(version: Version.current)
    let writer = LogWriter(
      LogSettings(.info, ConfigurationReader.logFormat(file: option.file)))
    let (configuration, preparation): (Configuration, Preparation)
    do throws(StartError) {
      (configuration, preparation) = try ConfigurationOption.read(option.file)
    } catch {
      writer.tell(startFailed: error)
      writer.finish()
      throw ExitCode(1)
    }
    writer.change(to: configuration)
    writer.tell(warningsOf: preparation)
    let source = ConfigurationSource(
      read: { [file = option.file] () throws(StartError) in
        try ConfigurationOption.read(file).preparation
      },
      loggingChanged: { writer.change(to: $0) })
    throw ExitCode(serve(preparation, writer, source, environment))
  }
}

/// Runs a gateway until it is told to stop, and ends the log. Returns the exit code of the program.
func serve(
  _ preparation: Preparation, _ writer: LogWriter, _ source: ConfigurationSource? = nil,
  _ environment: ServiceEnvironment = .none,
  whenReady: @escaping ([ListenPlace]) -> Void = { _ in }
) -> Int32 {
  defer { writer.finish() }
  do throws(StartError) {
    let gateway = try Gateway(
      preparation, source, environment, log: Log(writer), whenReady: whenReady)
    return gateway.run()
  } catch {
    writer.tell(startFailed: error)
    return 1
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
