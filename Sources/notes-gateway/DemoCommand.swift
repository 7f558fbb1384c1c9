import ArgumentParser
import DemoNotesAPI
import GatewayConfiguration
import GatewayLoop
import GatewayRuntime
import GatewayTokens
import GatewayTypes

/// `notes-gateway demo`: a gateway, a demo notes API and a page, on this machine.
///
/// The API serves the page, and the browser gets it through the gateway: page, API and WebSocket
/// have one address, so that the gateway lets the page's WebSockets in without being told to.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run a gateway, a demo notes API and a page on this machine.")

  func run() throws {
    CrashReport.install(version: Version.current)
    let secretBytes = (0..<4).flatMap { _ in
      withUnsafeBytes(of: SystemClock.randomNumber) { Array($0) }
    }
    guard let user = UserID("demo-user") else {
      preconditionFailure("the demo's user has a well-formed name")
    }
    let api: DemoNotesAPI
    let preparation: Preparation
    do {
      api = try DemoNotesAPI(secret: HMACSecret(secretBytes), user: user)
      preparation = try Preparation(
        demoConfiguration(apiPort: api.port),
        ConfigurationFiles(listeners: [nil], hmacSecret: secretBytes))
      try api.start()
    } catch {
      printError("\(error)")
      throw ExitCode(1)
    }
    let code = serve(preparation, LogWriter(LogSettings(.warning, .text))) { places in
      let port = places.first?.port ?? 0
      printLine("The demo is at http://127.0.0.1:\(port)/ - stop it with Ctrl-C.")
    }
    api.stop()
    throw ExitCode(code)
  }

  private func demoConfiguration(apiPort: UInt16) -> Configuration {
    Configuration(
      listeners: [Configuration.Listener(address: .ip(.loopback, port: 0))],
      upstream: Configuration.Upstream(
        url: UpstreamURL(isTLS: false, host: "127.0.0.1", port: apiPort)),
      authentication: Configuration.Authentication(
        keys: Configuration.Authentication.Keys(), algorithms: [.hs256]),
      // A browser or two: what a shell may open is enough for these.
      connectionBounds: ConnectionBounds(all: 256),
      admin: Configuration.Admin(address: nil), workers: 2, shutdownGrace: .seconds(2))
  }
}
