import GatewayConfiguration
import GatewayLogic
import GatewayTesting
import GatewayTypes
import GatewayWire
import Logging
import Testing

@testable import GatewayRuntime

/// What the configuration says arrives where it is obeyed.
struct PreparationTests {
  private let url = UpstreamURL(isTLS: false, host: "h")
  private let secret = [UInt8](repeating: 0x61, count: 32)
  private let authentication = Configuration.Authentication(
    keys: Configuration.Authentication.Keys(), algorithms: [.hs256])

  private func setup(_ configuration: Configuration) throws -> Worker.Setup {
    let files = ConfigurationFiles(
      listeners: [nil], serviceToken: BearerToken("own"), hmacSecret: secret)
    return try Preparation(configuration, files).workerSetup(
      log: Log(LogWriter(LogSettings(.critical, .text))))
  }

  @Test func `the defaults are those of the specification`() throws {
    let setup = try setup(
      Configuration(
        upstream: Configuration.Upstream(url: url), authentication: authentication))
    #expect(setup.rules.expiry == .enforced)
    #expect(setup.rules.expiryGrace == .seconds(30))
    #expect(setup.homeRules.lanes.identity == .bearer)
    #expect(setup.syncs.noteAudience == .room)
    #expect(setup.syncs.changesInclude == [])
    guard case .bearer = setup.routes.identity else {
      Issue.record("the API is shown the client's token")
      return
    }
  }

  @Test func `sessions, lanes, requests and syncs get what is configured`() throws {
    var authentication = authentication
    authentication.expiry = .atConnect
    authentication.expiryGrace = .seconds(7)
    let setup = try setup(
      Configuration(
        upstream: Configuration.Upstream(
          url: url, identity: .service,
          service: Configuration.Upstream.Service(userHeader: "X-User"),
          updatableFields: ["title"]),
        authentication: authentication,
        webSocket: Configuration.WebSocket(noteSyncAudience: .user, changesInclude: ["u"])))
    #expect(setup.rules.expiry == .atConnect)
    #expect(setup.rules.expiryGrace == .seconds(7))
    #expect(setup.homeRules.lanes.identity == .service)
    #expect(setup.syncs.noteAudience == .user)
    #expect(setup.syncs.changesInclude == ["u"])
    guard case .service(BearerToken("own"), userHeader: "X-User") = setup.routes.identity else {
      Issue.record("the API is shown the gateway's token")
      return
    }
    let update = #"{"type":"note_update","noteId":"n","changes":{"title":1,"x":2}}"#
    #expect(
      try setup.parser.parse(Array(update.utf8))
        == .message(
          ClientMessage(.change(.note(NoteID("n")), .update(changes: .of(#"{"title":1}"#))))))
  }

  @Test func `service identity without a token does not start`() {
    let configuration = Configuration(
      upstream: Configuration.Upstream(url: url, identity: .service),
      authentication: authentication)
    let files = ConfigurationFiles(listeners: [nil], hmacSecret: secret)
    #expect(throws: StartError.self) { try Preparation(configuration, files) }
  }

  @Test func `writes by REST are watched unless that is off, or nothing is passed on`() throws {
    let path = Array("/star/n1".utf8)[...]
    let post = Array("POST".utf8)[...]
    for (isEnabled, syncs) in [(true, true), (true, false), (false, true)] {
      let route = RouteTemplate("POST", ["star", .name])
      let setup = try setup(
        Configuration(
          upstream: Configuration.Upstream(url: url), authentication: authentication,
          proxy: Configuration.Proxy(
            isEnabled: isEnabled, syncsWrites: syncs,
            syncRoutes: [SyncRoute(route, .noteSync)])))
      #expect((setup.watched?.match(method: post, path: path) != nil) == (isEnabled && syncs))
    }
  }
}
