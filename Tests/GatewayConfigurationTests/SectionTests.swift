import GatewayConfiguration
import Testing

@Suite("The keys of the configuration")
struct SectionTests {
  @Test(arguments: ["", "\n", "# nothing\n", "---\n", "{}", "---\n...\n"])
  func `that have no default are missed in an empty file`(yaml: String) {
    #expect(
      readExactly(yaml).report == [
        "f:1:1: upstream.url is missing; expected an http or https URL, such as "
          + "http://127.0.0.1:3000 or https://host/prefix",
        "f:1:1: authentication.keys: no key is given; expected jwks_url, jwks_file, "
          + "public_key_file or hmac_secret_file",
      ])
  }

  @Test func `that have no default are missed in the mapping that lacks them`() {
    let yaml = """
      # The gateway.
      upstream:
        queue: 1
      authentication:
        user_claim: sub
        keys:
      """
    #expect(
      readExactly(yaml).report.map { $0.prefix { $0 != ";" } } == [
        "f:3:3: upstream.url is missing",
        "f:6:3: authentication.keys: no key is given",
      ])
  }

  @Test func `are optional but for the required ones, and the defaults are the documented ones`()
    throws
  {
    let configuration = try read("").get()
    #expect(
      configuration
        == Configuration(
          upstream: Configuration.Upstream(
            url: UpstreamURL(isTLS: false, host: "127.0.0.1", port: 3000)),
          authentication: Configuration.Authentication(
            keys: Configuration.Authentication.Keys(jwksFile: "/etc/gateway/k"))))
  }

  @Test func `of a section may all be left out, even with nothing behind its name`() throws {
    #expect(try read("limits:\nlogging:\nwebsocket:\n").get() == read("").get())
  }

  @Test(arguments: [
    Refusal("wokers: 1", "f:1:1: wokers: unknown key; did you mean workers?"),
    Refusal("Workers: 1", "f:1:1: Workers: unknown key; did you mean workers?"),
    Refusal(
      "shutdown-grace: 1s", "f:1:1: \"shutdown-grace\": unknown key; did you mean shutdown_grace?"),
    Refusal(
      "cluster: {}",
      "f:1:1: cluster: unknown key; expected listen, upstream, authentication, websocket, limits, "
        + "proxy, admin, logging, workers or shutdown_grace"),
    Refusal(
      "logging:\n  colour: red",
      "f:2:3: logging.colour: unknown key; expected level or format"),
    Refusal(
      "listen: [{port: 1}, {prt: 2}]", "f:1:22: listen[1].prt: unknown key; did you mean port?"),
    Refusal(
      "\"a\\nb\": 1",
      "f:1:1: \"a\\u{a}b\": unknown key; expected listen, upstream, authentication, websocket, "
        + "limits, proxy, admin, logging, workers or shutdown_grace"),
  ])
  func `that nobody knows are refused, with the one that was probably meant`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  @Test(arguments: [
    Refusal(
      "limits: 5", "f:1:9: limits: is a single value; expected a mapping of keys to values"),
    Refusal(
      "limits: ~", "f:1:9: limits: is a single value; expected a mapping of keys to values"),
    Refusal("limits:\n  - 5", "f:2:3: limits: is a list; expected a mapping of keys to values"),
    Refusal(
      "workers: [1]", "f:1:10: workers: is a list; expected a whole number from 0 to 1024"),
    Refusal(
      "workers: {a: 1}",
      "f:1:10: workers: is a mapping of keys; expected a whole number from 0 to 1024"),
    Refusal("workers:", "f:1:9: workers: has no value; expected a whole number from 0 to 1024"),
    Refusal(
      "workers: null", "f:1:10: workers: has no value; expected a whole number from 0 to 1024"),
    Refusal(
      "websocket: {paths: /ws}",
      "f:1:20: websocket.paths: is a single value; expected a list of 1 to 64, each a path that "
        + "begins with /, without a query, such as /ws"),
    Refusal(
      "websocket: {paths: []}",
      "f:1:20: websocket.paths: the list has 0 entries; expected a list of 1 to 64, each a path "
        + "that begins with /, without a query, such as /ws"),
    Refusal(
      "listen:\n- 80\n-\n",
      "f:2:3: listen[0]: is a single value; expected a mapping of keys to values"),
  ])
  func `take values of their own shape only`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  @Test func `are refused for a file that is no mapping`() {
    #expect(
      readExactly("- a\n- b\n").report == [
        "f:1:1: the file: is a list; expected a mapping of keys to values"
      ])
    #expect(
      readExactly("notes").report == [
        "f:1:1: the file: is a single value; expected a mapping of keys to values"
      ])
  }

  @Test func `are all judged at once, and the problems listed by place`() {
    let yaml = """
      workers: many
      upstream:
        url: ftp://h
        queue: -1
        colour: red
      limits:
        header_size: 2
      logging: {level: loud}
      """
    #expect(
      read(yaml).report.map { $0.prefix { $0 != ";" } } == [
        "f:1:10: workers: \"many\" is not a whole number",
        "f:3:8: upstream.url: \"ftp://h\" is not an http or https URL",
        "f:4:10: upstream.queue: \"-1\" is out of range",
        "f:5:3: upstream.colour: unknown key",
        "f:7:16: limits.header_size: \"2\" is out of range",
        "f:8:18: logging.level: \"loud\" is not one of them",
      ])
  }
}
