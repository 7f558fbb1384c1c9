import GatewayTypes
import Testing

@testable import GatewayUpstream

/// Who the upstream is, is verified.
@Suite(.enabled(if: TLSServer.isAvailable, "openssl is not installed"))
struct TLSTests {
  @Test func `an upstream whose certificate the given CA signed is asked`() throws {
    let server = try #require(try TLSServer())
    let bench = Bench { $0.reach(server, trusting: server.certificateFile) }
    guard case .answered(let answer)? = bench.ask(try get()) else {
      Issue.record("\(bench.reasons)")
      return
    }
    #expect(answer.status == 200)
  }

  @Test func `an upstream whose certificate nobody known signed is told nothing`() throws {
    let server = try #require(try TLSServer())
    let bench = Bench { $0.reach(server, trusting: nil) }
    #expect(bench.ask(try put()) == .failed(.notConnected))
    #expect(bench.reasons.first?.contains("certificate") == true)
  }

  @Test func `an upstream whose certificate is another's is told nothing`() throws {
    let server = try #require(try TLSServer())
    let bench = Bench {
      $0.reach(server, trusting: server.certificateFile)
      $0.origin = UpstreamOrigin(isTLS: true, host: "localhost", port: server.port)
    }
    #expect(bench.ask(try put()) == .failed(.notConnected))
  }

  @Test func `an upstream is told nothing when the CA file is not there`() throws {
    let server = try #require(try TLSServer())
    let bench = Bench { $0.reach(server, trusting: "/nowhere/ca.pem") }
    #expect(bench.ask(try put()) == .failed(.notConnected))
  }
}

extension UpstreamSettings {
  fileprivate mutating func reach(_ server: TLSServer, trusting caFile: String?) {
    origin = UpstreamOrigin(isTLS: true, host: "127.0.0.1", port: server.port)
    self.caFile = caFile
  }
}
