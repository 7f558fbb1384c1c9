import GatewayConfiguration
import GatewayTypes
import Testing

@testable import GatewayRuntime

/// OPERATIONS.md, "Reload": what is named in a warning and stays until a restart.
struct FixedConfigurationTests {
  private typealias TLS = Configuration.Listener.TLS

  private let first = Configuration(
    listeners: [
      Configuration.Listener(
        address: .unix(path: "/a"), tls: TLS(certificateFile: "c", privateKeyFile: "k")),
      Configuration.Listener(address: .unix(path: "/b")),
    ],
    upstream: Configuration.Upstream(url: UpstreamURL(isTLS: false, host: "h")),
    authentication: Configuration.Authentication(keys: Configuration.Authentication.Keys()),
    workers: 2)

  private func changed(_ change: (inout Configuration) -> Void) -> Configuration {
    var new = first
    change(&new)
    return new
  }

  private func problems(_ change: (inout Configuration) -> Void) -> [String] {
    first.problemsOfReload(to: changed(change)).map(\.message)
  }

  private func stays(_ key: String) -> String {
    "\(key): can't change while the gateway runs, and stays as it is until a restart"
  }

  @Test func `what can change is not warned of`() {
    #expect(problems { _ in } == [])
    #expect(
      problems {
        $0.listeners[0].tls = TLS(
          certificateFile: "other", privateKeyFile: "o", minimumVersion: .tls13)
        $0.limits = Limits(roomsPerConnection: 1)
        $0.shutdownGrace = .zero
        $0.admin.publishTokenFile = "t"
        $0.front.headerTimeout = .seconds(1)
      } == [])
  }

  @Test func `what can't is`() {
    #expect(problems { $0.listeners.removeLast() } == [stays("listen")])
    #expect(problems { $0.listeners[1].address = .unix(path: "/c") } == [stays("listen")])
    #expect(problems { $0.listeners[0].tls = nil } == [stays("listen")])
    #expect(problems { $0.workers = 0 } == [stays("workers")])
    #expect(problems { $0.front.headerTimeout = .seconds(60) }.count == 1)
    #expect(problems { $0.admin.address = nil } == [stays("admin.listen")])
    #expect(problems { $0.admin.address = .unix(path: "/c") } == [stays("admin.listen")])
  }

  @Test func `it stays, and the rest changes`() {
    let new = changed {
      $0.workers = 7
      $0.admin.address = nil
      $0.shutdownGrace = .zero
      $0.listeners = [
        Configuration.Listener(address: .unix(path: "/c")),
        Configuration.Listener(
          address: .unix(path: "/a"), tls: TLS(certificateFile: "new", privateKeyFile: "k")),
      ]
    }
    let kept = new.keepingWhatIsFixed(of: first)
    #expect(kept.workers == 2)
    #expect(kept.admin.address == first.admin.address)
    #expect(kept.shutdownGrace == .zero)
    #expect(kept.listeners.map(\.address) == [.unix(path: "/a"), .unix(path: "/b")])
    #expect(kept.listeners[0].tls?.certificateFile == "new")
    #expect(first.problemsOfReload(to: kept) == [])
  }
}
