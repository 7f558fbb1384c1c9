import GatewayConfiguration
import GatewayTypes
import Testing

@Suite("The key admin")
struct AdminTests {
  @Test(arguments: [
    ("127.0.0.1:9090", "127.0.0.1:9090"), ("127.0.0.1:0", "127.0.0.1:0"),
    ("0.0.0.0:65535", "0.0.0.0:65535"), ("[::1]:9090", "[::1]:9090"), ("[::]:1", "[::]:1"),
    ("unix:admin.sock", "unix:/etc/gateway/admin.sock"), ("unix:/run/a.sock", "unix:/run/a.sock"),
  ]) func `takes an address and a port, or a path`(text: String, address: String) throws {
    let configuration = try read("admin: {listen: '\(text)'}").get()
    #expect(configuration.admin.address?.description == address)
  }

  @Test func `is there unless it is turned off`() throws {
    #expect(try read("workers: 1").get().admin == Configuration.Admin())
    #expect(try read("workers: 1").get().admin.address?.description == "127.0.0.1:9090")
    #expect(try read("admin: {listen: ''}").get().admin.address == nil)
  }

  @Test(arguments: [
    ("9090", "has no port"), ("127.0.0.1", "has no port"), ("[::1]", "has no port"),
    ("127.0.0.1:", "has no port from 0 to 65535"),
    ("127.0.0.1:65536", "has no port from 0 to 65535"),
    ("127.0.0.1:+1", "has no port from 0 to 65535"),
    ("127.0.0.1:-1", "has no port from 0 to 65535"),
    ("localhost:9090", "does not begin with an IP address"),
    ("::1:9090", "does not begin with an IP address"),
    ("[127.0.0.1]:9090", "does not begin with an IP address"),
    ("[]:9090", "does not begin with an IP address"),
    (":9090", "does not begin with an IP address"),
    ("unix:", "is empty"),
  ]) func `refuses what is neither`(text: String, reason: String) {
    #expect(
      read("admin: {listen: '\(text)'}").report == [
        "f:1:17: admin.listen: \"\(text)\" \(reason); expected an address and a port, such as "
          + "127.0.0.1:9090 or [::1]:9090, unix:/path, or \"\" for none"
      ])
  }

  @Test(arguments: [
    ("{address: 127.0.0.1, port: 9090}", "127.0.0.1:9090"),
    ("{address: 0.0.0.0, port: 9090}", "127.0.0.1:9090"),
    ("{address: '::1', port: 81}", "[::]:81"), ("{address: 'unix:/s'}", "unix:/s"),
  ]) func `is not where clients connect`(listener: String, admin: String) {
    let report = read("listen: [{port: 1}, \(listener)]\nadmin: {listen: '\(admin)'}").report
    #expect(
      report == [
        "f:2:17: admin.listen: \(admin) is also where listen[1] listens; expected an address and "
          + "port of its own"
      ])
  }

  @Test(arguments: [
    ("{address: 127.0.0.1, port: 9091}", "127.0.0.1:9090"),
    ("{address: 127.0.0.2, port: 9090}", "127.0.0.1:9090"),
    ("{address: 127.0.0.1, port: 0}", "127.0.0.1:0"),
    ("{address: '::', port: 9090}", "127.0.0.1:9090"),
    ("{address: 'unix:/s'}", "unix:/t"), ("{address: 'unix:/s'}", "127.0.0.1:1"),
  ]) func `may be beside it`(listener: String, admin: String) {
    #expect(read("listen: [\(listener)]\nadmin: {listen: '\(admin)'}").report == [])
  }

  @Test func `may be in the way where nobody has asked for it`() {
    #expect(read("listen: [{port: 9090}]").report == [])
  }

  @Test func `has a token to publish with where a file is named`() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("opensesame\r\n", to: "token")
    for (path, token) in [(file, "opensesame"), ("", nil)] {
      let configuration = try read("admin: {publish_token_file: '\(path)'}").get()
      #expect(configuration.admin.publishTokenFile == (path.isEmpty ? nil : path))
      var alone = configuration
      alone.authentication.keys = Configuration.Authentication.Keys()
      #expect(try ConfigurationFiles.read(for: alone).get().publishToken?.text == token)
    }
    let configuration = try read("admin: {publish_token_file: /nowhere}").get()
    guard case .failure(let problems) = ConfigurationFiles.read(for: configuration) else {
      Issue.record("a file that is not there was read")
      return
    }
    #expect(problems.description.contains("admin.publish_token_file: \"/nowhere\" cannot be read"))
  }
}
