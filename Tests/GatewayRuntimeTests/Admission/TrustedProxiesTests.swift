import CLoop
import GatewayConfiguration
import GatewayTransport
import GatewayWire
import Testing

@testable import GatewayRuntime

/// CONFIGURATION.md, `proxy.trusted_proxies`: whose word is taken for whose a connection is.
struct TrustedProxiesTests {
  private let proxies: TrustedProxies

  init() throws {
    proxies = TrustedProxies([try AddressRange("10.0.0.0/8"), try AddressRange("fd00::/8")])
  }

  private func head(_ lines: String...) throws -> RequestHead {
    let text = "GET / HTTP/1.1\r\nHost: gateway.example\r\n" + lines.map { $0 + "\r\n" }.joined()
    var parser = RequestHeadParser(sizeMax: 4096)
    let outcome = Array((text + "\r\n").utf8).withUnsafeBytes { parser.consume($0) }
    guard case .complete(let head, consumed: _) = outcome else { throw NoHead() }
    return head
  }

  private struct NoHead: Error {}

  private func address(_ text: String) throws -> PeerAddress {
    try #require(PeerAddress(forwarded: text))
  }

  @Test(arguments: [
    (["X-Forwarded-For: 1.2.3.4"], "1.2.3.4"),
    (["X-Forwarded-For: 6.6.6.6, 1.2.3.4"], "1.2.3.4"),
    (["X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 1.2.3.4"], "1.2.3.4"),
    (["X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.7"], "1.2.3.4"),
    (["X-Forwarded-For: 10.0.0.8, 10.0.0.7"], "10.0.0.8"),
    (["X-Forwarded-For: 1.2.3.4:5678"], "1.2.3.4"),
    (["X-Forwarded-For: 2001:db8::7"], "2001:db8::7"),
    (["X-Forwarded-For: [2001:db8::7]:99"], "2001:db8::7"),
    (["X-Forwarded-For: ::ffff:1.2.3.4"], "1.2.3.4"),
    (["X-Forwarded-For: 1.2.3.4, unknown"], "10.0.0.1"),
    (["X-Forwarded-For: 1.2.3.4, 10.0.0.7, what:ever"], "10.0.0.1"),
    (["X-Forwarded-For:"], "10.0.0.1"),
    ([], "10.0.0.1"),
  ])
  func `the client is the last that a trusted proxy was called by`(
    lines: [String], client: String
  ) throws {
    var text = "GET / HTTP/1.1\r\nHost: h\r\n"
    for line in lines { text += line + "\r\n" }
    var parser = RequestHeadParser(sizeMax: 4096)
    guard
      case .complete(let head, consumed: _) = Array((text + "\r\n").utf8).withUnsafeBytes({
        parser.consume($0)
      })
    else { throw NoHead() }
    #expect(proxies.client(of: head, from: try address("10.0.0.1")).host == client)
  }

  @Test func `a stranger's word is not taken`() throws {
    let head = try head("X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: other.example")
    for peer in [try address("11.0.0.1"), try address("fe80::1"), .unix] {
      #expect(proxies.client(of: head, from: peer) == peer)
      #expect(proxies.host(of: head, from: peer) == "gateway.example")
    }
  }

  @Test func `a trusted proxy says which host was called`() throws {
    let peer = try address("fd00::1")
    #expect(
      proxies.host(of: try head("X-Forwarded-Host: app.example"), from: peer) == "app.example")
    #expect(
      proxies.host(of: try head("X-Forwarded-Host: app.example, inner"), from: peer)
        == "app.example")
    #expect(proxies.host(of: try head(), from: peer) == "gateway.example")
  }

  @Test func `addresses of one customer are counted together`() throws {
    #expect(try address("2001:db8:1:2::1").network == address("2001:db8:1:2:ff::9").network)
    #expect(try address("2001:db8:1:2::1").network != address("2001:db8:1:3::1").network)
    #expect(try address("1.2.3.4").network != address("1.2.3.5").network)
    #expect(try address("::ffff:1.2.3.4").network == address("1.2.3.4").network)
    // The first half of an IPv6 address is no IPv4 address.
    #expect(try address("::1").network != address("0.0.0.0").network)
    #expect(PeerAddress.unix.network == nil)
  }

  @Test(arguments: [
    "", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.4\u{0}", "[::1", "::1]", "[]", "::g",
  ])
  func `what is no address is none`(text: String) {
    #expect(text == "[::1" || PeerAddress(forwarded: text) == nil)
  }
}
