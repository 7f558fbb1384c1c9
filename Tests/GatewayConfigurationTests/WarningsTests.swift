import GatewayConfiguration
import Testing

@Suite("What works but is hardly meant")
struct WarningsTests {
  /// A text in the file, and the beginning of the one warning about it.
  private static let odd: [(yaml: String, warning: String)] = [
    (
      "listen: [{port: 1}, {address: \"0.0.0.0\"}]",
      "f:1:31: warning: listen[1].address: plain text on 0.0.0.0:8080, which other machines"
    ),
    (
      "listen: [{address: \"2001:db8::1\", port: 80}]",
      "f:1:20: warning: listen[0].address: plain text on [2001:db8::1]:80, which other machines"
    ),
    (
      "upstream: {url: \"http://api:3000\"}",
      "f:1:17: warning: upstream.url: http to another machine, api: tokens"
    ),
    (
      "admin: {listen: \"[::]:9090\"}",
      "f:1:17: warning: admin.listen: other machines can reach [::]:9090: whoever"
    ),
    (
      "websocket: {allowed_origins: [\"https://a\", \"*\"]}",
      "f:1:30: warning: websocket.allowed_origins: \"*\" lets every web page"
    ),
    (
      "proxy: {trusted_proxies: [\"10.0.0.0/8\", \"::/0\"]}",
      "f:1:41: warning: proxy.trusted_proxies[1]: everybody is believed"
    ),
    (
      "authentication: {keys: {jwks_file: k}, clock_skew: 301s}",
      "f:1:52: warning: authentication.clock_skew: tokens are taken for 301s longer"
    ),
    (
      "upstream: {url: \"http://localhost\", connect_timeout: 10s}",
      "f:1:54: warning: upstream.connect_timeout: upstream.connect_timeout, 10s, is not less than"
    ),
    (
      "upstream: {url: \"http://localhost\", request_timeout: 2s}",
      "f:1:54: warning: upstream.request_timeout: upstream.connect_timeout, 2s, is not less than"
    ),
    (
      "proxy: {trusted_proxies: [10.0.0.1]}\nwebsocket: {ping_interval: 1m}",
      "f:2:28: warning: websocket.ping_interval: 1m: the proxies in front"
    ),
    (
      "limits: {connections: 10, connections_per_user: 11}",
      "f:1:49: warning: limits.connections_per_user: 11 are never reached: limits.connections is 10"
    ),
    (
      "limits: {connections: 10, connections_per_address: 11}",
      "f:1:52: warning: limits.connections_per_address: 11 are never reached"
    ),
    (
      "limits: {connections: 10, unauthenticated_connections: 11}",
      "f:1:56: warning: limits.unauthenticated_connections: 11 are never reached"
    ),
    (
      "proxy: {enabled: false, max_body_size: 1MiB}",
      "f:1:40: warning: proxy.max_body_size: is not used: proxy.enabled is false"
    ),
    (
      "proxy: {sync_writes: false, sync_routes: [\"POST /{noteId}\": note_sync]}",
      "f:1:42: warning: proxy.sync_routes: is not used: proxy.sync_writes is false"
    ),
    (
      "admin: {listen: \"\", publish_token_file: t}",
      "f:1:41: warning: admin.publish_token_file: is not used: admin.listen is \"\""
    ),
  ]

  @Test(arguments: odd.indices)
  func `is told with its place, apart from what is wrong`(index: Int) throws {
    let odd = WarningsTests.odd[index]
    let warnings = try read(odd.yaml).get().warnings.map(\.asWarning)
    #expect(warnings.count == 1, "\(warnings)")
    #expect(warnings.first?.hasPrefix(odd.warning) == true, "\(warnings)")
  }

  @Test(arguments: [
    "listen: [{address: \"127.1.2.3\"}, {address: \"::1\"}, {address: \"unix:/s\"}]",
    "listen: [{address: \"0.0.0.0\", tls: {certificate_file: c, private_key_file: k}}]",
    // A proxy that speaks TLS stands in front.
    "listen: [{address: \"0.0.0.0\"}]\nproxy: {trusted_proxies: [10.0.0.1]}",
    "upstream: {url: \"https://api\"}", "upstream: {url: \"http://localhost:3000\"}",
    "upstream: {url: \"http://127.0.0.2:3000\"}", "upstream: {url: \"http://[::1]:3000\"}",
    "admin: {listen: \"127.0.0.1:1\"}", "admin: {listen: \"unix:/s\"}", "admin: {listen: \"\"}",
    "websocket: {allowed_origins: [\"https://a\"], ping_interval: 5m}",
    "proxy: {trusted_proxies: [10.0.0.0/8]}\nwebsocket: {ping_interval: 59s}",
    "authentication: {keys: {jwks_file: k}, clock_skew: 5m}",
    "upstream: {url: \"http://localhost\", connect_timeout: 9s}",
    // Its default for one address is above it, and nobody has said so.
    "limits: {connections: 10}", "limits: {connections: 10, connections_per_user: 10}",
    "proxy: {enabled: false, trusted_proxies: [10.0.0.1]}",
  ])
  func `is not what is usual`(yaml: String) throws {
    #expect(try read(yaml).get().warnings.map(\.asWarning) == [])
  }
}
