import GatewayConfiguration
import GatewayTypes
import Testing

@Suite("The keys of upstream that say what the notes API is told")
struct IdentityTests {
  @Test func `are read as they are written`() throws {
    let yaml = """
      upstream:
        url: http://localhost
        identity: service
        service:
          token_file: upstream-token
          user_header: X-Notes_User
        updatable_fields: [title, "größe", title]
      """
    let upstream = try read(yaml).get().upstream
    #expect(upstream.identity == .service)
    #expect(
      upstream.service
        == Configuration.Upstream.Service(
          tokenFile: "/etc/gateway/upstream-token", userHeader: "X-Notes_User"))
    #expect(upstream.updatableFields == ["title", "größe", "title"])
    #expect(try read(yaml).get().warnings == [])
  }

  @Test(arguments: [
    Refusal(
      "upstream: {url: 'http://h', identity: gateway}",
      "f:1:39: upstream.identity: \"gateway\" is not one of them; expected bearer or service"),
    Refusal(
      "upstream:\n  url: http://h\n  identity: service",
      "f:2:3: upstream.service.token_file is missing; expected the path of a file with the "
        + "gateway's own token"),
    Refusal(
      "upstream:\n  url: http://h\n  identity: service\n  service:\n    user_header: X-User",
      "f:5:5: upstream.service.token_file is missing; expected the path of a file with the "
        + "gateway's own token"),
    Refusal(
      "upstream: {url: 'http://h', updatable_fields: [[a]]}",
      "f:1:48: upstream.updatable_fields[0]: is a list; expected the name of a field, a text of 1 "
        + "to 128 bytes on one line"),
  ])
  func `are refused where one lacks the other, or is none`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  @Test func `are warned of where they are of no use`() throws {
    let yaml = """
      upstream:
        url: https://h
        service:
          token_file: none
          user_header: X-User
      """
    #expect(
      try read(yaml).get().warnings.map(\.description) == [
        "f:4:17: upstream.service.token_file: is not used: upstream.identity is not service",
        "f:5:18: upstream.service.user_header: is not used: upstream.identity is not service",
      ])
  }

  @Test(arguments: [
    ("", "is empty"), ("X User", "has a character that the name of a header field cannot have"),
    ("X-User:", "has a character that the name of a header field cannot have"),
    ("Benutzer-Größe", "has a character that the name of a header field cannot have"),
    (String(repeating: "x", count: 129), "is too long"),
    ("authorization", "has another meaning in HTTP"), ("Host", "has another meaning in HTTP"),
    ("CONTENT-LENGTH", "has another meaning in HTTP"),
    ("Content-Type", "has another meaning in HTTP"), ("Connection", "has another meaning in HTTP"),
    ("Keep-Alive", "has another meaning in HTTP"), ("TE", "has another meaning in HTTP"),
    ("Trailer", "has another meaning in HTTP"),
    ("Transfer-Encoding", "has another meaning in HTTP"),
    ("Upgrade", "has another meaning in HTTP"),
    ("Proxy-Authorization", "has another meaning in HTTP"),
    ("X-Request-Id", "has another meaning in HTTP"),
  ])
  func `name the user in a header field of its own only`(name: String, reason: String) {
    let report = read("upstream: {url: 'http://h', service: {user_header: '\(name)'}}").report
    let shown = name.utf8.count > 60 ? name.prefix(60) + "…" : name[...]
    #expect(
      report == [
        "f:1:52: upstream.service.user_header: \"\(shown)\" \(reason); expected the name of a "
          + "header field, 1 to 128 characters, such as X-User-Id"
      ])
  }

  private static let longest = String(repeating: "t", count: 16384)

  @Test(arguments: [
    ("a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="), ("token\n", "token"), ("token\r\n", "token"),
    (longest + "\n", longest),
  ])
  func `take a token of one line`(content: String, token: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(content, to: "token")
    #expect(
      try ConfigurationFiles.read(for: configuration(.service, path)).get()
        == ConfigurationFiles(listeners: [nil], serviceToken: BearerToken(token)))
  }

  private static let unreadable =
    "the token has a space, a line end or another character that no "
    + "token has"

  @Test(arguments: [
    ("\n", "the token is empty"), ("a b", unreadable), ("a\n\n", unreadable),
    ("\na", unreadable), ("a\r", unreadable), ("a\0", unreadable), ("é", unreadable),
    (longest + "t", "the token has 16385 bytes"),
  ])
  func `refuse a file that has none, without showing it`(content: String, reason: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(content, to: "token")
    let problems = ConfigurationFiles.read(for: configuration(.service, path))
    guard case .failure(let found) = problems else {
      Issue.record("the file is refused")
      return
    }
    #expect(
      found.problems.map(\.message) == [
        "upstream.service.token_file: \(reason); expected one line of at most 16KiB"
      ])
  }

  @Test func `leave a file alone that is of no use`() throws {
    #expect(
      try ConfigurationFiles.read(for: configuration(.bearer, "/nowhere")).get()
        == ConfigurationFiles(listeners: [nil]))
  }

  private func configuration(_ identity: UpstreamIdentity, _ tokenFile: String) -> Configuration {
    Configuration(
      upstream: Configuration.Upstream(
        url: UpstreamURL(isTLS: false, host: "h"), identity: identity,
        service: Configuration.Upstream.Service(tokenFile: tokenFile)),
      authentication: Configuration.Authentication(keys: Configuration.Authentication.Keys()))
  }
}
