import GatewayConfiguration
import Testing

@Suite("The key listen")
struct ListenTests {
  @Test(arguments: [
    ("{}", "127.0.0.1:8080"),
    ("{address: 0.0.0.0}", "0.0.0.0:8080"),
    ("{port: 443}", "127.0.0.1:443"),
    ("{address: \"0.0.0.0\", port: 0}", "0.0.0.0:0"),
    ("{address: \"::\", port: 65535}", "[::]:65535"),
    ("{address: \"0:0::0001\"}", "[::1]:8080"),
    ("{address: unix:/run/gateway.sock}", "unix:/run/gateway.sock"),
    ("{address: \"unix:gateway.sock\"}", "unix:/etc/gateway/gateway.sock"),
  ])
  func `takes IP addresses and Unix sockets`(written: String, address: String) throws {
    let configuration = try read("listen: [\(written)]").get()
    #expect(configuration.listeners.map(\.address.description) == [address])
    #expect(configuration.listeners.map(\.tls) == [nil])
  }

  @Test func `takes TLS on either, from files beside the configuration`() throws {
    let yaml = """
      listen:
        - address: unix:/s
          tls: {certificate_file: tls/a.pem, private_key_file: /b.pem}
        - port: 8443
          tls: {certificate_file: a, private_key_file: b, minimum_version: 1.3}
        - port: 8444
          tls: {certificate_file: a, private_key_file: b, minimum_version: "1.2"}
      """
    let configuration = try read(yaml).get()
    #expect(
      configuration.listeners.map(\.tls) == [
        Configuration.Listener.TLS(
          certificateFile: "/etc/gateway/tls/a.pem", privateKeyFile: "/b.pem",
          minimumVersion: .tls12),
        Configuration.Listener.TLS(
          certificateFile: "/etc/gateway/a", privateKeyFile: "/etc/gateway/b",
          minimumVersion: .tls13),
        Configuration.Listener.TLS(
          certificateFile: "/etc/gateway/a", privateKeyFile: "/etc/gateway/b",
          minimumVersion: .tls12),
      ])
    #expect(
      configuration.place(of: "listen[1].tls.private_key_file")
        == ConfigurationPlace(line: 5, column: 50))
  }

  private static let address =
    "; expected an IPv4 or IPv6 address, such as 127.0.0.1 or ::, or unix:/path"

  @Test(arguments: [
    Refusal(
      "listen: [{address: localhost}]",
      "f:1:20: listen[0].address: \"localhost\" is not an IP address" + address),
    Refusal(
      "listen: [{address: 127.0.0.1:80}]",
      "f:1:20: listen[0].address: \"127.0.0.1:80\" is not an IP address" + address),
    Refusal(
      "listen: [{address: 127.1}]",
      "f:1:20: listen[0].address: \"127.1\" is not an IP address" + address),
    Refusal(
      "listen: [{address: '[::]'}]",
      "f:1:20: listen[0].address: \"[::]\" has brackets" + address),
    Refusal(
      "listen: [{address: 'fe80::1%eth0'}]",
      "f:1:20: listen[0].address: \"fe80::1%eth0\" is not an IP address" + address),
    Refusal(
      "listen: [{address: \"::\\0\"}]",
      "f:1:20: listen[0].address: \"::\\u{0}\" is not an IP address" + address),
    Refusal(
      "listen: [{address: 'unix:'}]",
      "f:1:20: listen[0].address: \"unix:\" is empty" + address),
    Refusal(
      "listen: [{address: 'unix:/\(String(repeating: "s", count: 107))'}]",
      "f:1:20: listen[0].address: \"unix:/\(String(repeating: "s", count: 54))…\" is too long "
        + "for a Unix socket, which has 107 bytes" + address),
    Refusal(
      "listen:\n- address: unix:/s\n  port: 80",
      "f:3:9: listen[0].port: a Unix socket has no port; expected none beside address: unix:/path"),
    Refusal(
      "listen: [{port: 80}, {port: 80}, {address: 'unix:/s'}, {address: 'unix:/s'}]",
      "f:1:22: listen[1]: 127.0.0.1:80 is also listen[0]; expected an address and port of its own",
      "f:1:56: listen[3]: unix:/s is also listen[2]; expected an address and port of its own"),
    Refusal(
      "listen: []",
      "f:1:9: listen: the list has 0 entries; expected a list of 1 to 64, each a mapping of "
        + "address, port and tls"),
    Refusal(
      "listen:\n- tls:\n    minimum_version: 1.1",
      "f:3:5: listen[0].tls.certificate_file is missing; expected the path of a PEM certificate "
        + "and its chain",
      "f:3:5: listen[0].tls.private_key_file is missing; expected the path of a PEM private key",
      "f:3:22: listen[0].tls.minimum_version: \"1.1\" is not one of them; expected 1.2 or 1.3"),
    Refusal(
      "listen:\n- tls:\n  port: 1",
      "f:2:3: listen[0].tls.certificate_file is missing; expected the path of a PEM certificate "
        + "and its chain",
      "f:2:3: listen[0].tls.private_key_file is missing; expected the path of a PEM private key"),
  ])
  func `refuses what cannot be listened on`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  @Test func `may have port 0 more than once`() throws {
    #expect(try read("listen: [{port: 0}, {port: 0}]").get().listeners.count == 2)
  }
}
