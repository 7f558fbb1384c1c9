import GatewayConfiguration
import Glibc
import Testing

/// What `check --print` prints.
@Suite("The configuration in effect")
struct EffectiveTextTests {
  @Test func `has every key, with its default where the file has none`() throws {
    let text = try effectiveText(
      """
      upstream: {url: "http://127.0.0.1:3000/"}
      authentication: {keys: {jwks_file: jwks.json}}
      workers: 3
      """)
    for line in [
      "listen:\n  - address: \"127.0.0.1\"  # default\n    port: 8080  # default\n",
      "    # tls: none\n",
      "\nupstream:\n  url: \"http://127.0.0.1:3000\"\n  # ca_file: none\n",
      "  connect_timeout: 2s  # default\n",
      "    get_note: \"GET /api/notes/{noteId}\"  # default\n",
      "    jwks_file: \"/etc/gateway/jwks.json\"\n",
      "  algorithms: [RS256]  # default\n",
      "    size: 64KiB  # default\n",
      "  paths: [\"/\", \"/ws\"]  # default\n",
      "  sync_routes: []  # default\n",
      "  publish_token_file: \"\"  # default\n",
      "\n\nlogging:\n  level: info  # default\n",
      "\n\nworkers: 3\nshutdown_grace: 20s  # default\n",
    ] {
      #expect(text.contains(line), "\(line) is not in \(text)")
    }
  }

  @Test(arguments: [
    "",
    "listen: [{address: \"::1\", port: 0}, {address: \"unix:run/socket\"}]",
    """
    listen:
    - port: 443
      tls: {certificate_file: 'tls/a "b"\\c.pem', private_key_file: /k, minimum_version: "1.3"}
    """,
    "upstream: {url: \"https://[::1]:8443/a%20b\", idle_timeout: 1500ms, queue: 0}",
    "upstream: {url: \"http://h\", updatable_fields: [\"$${\", \"$$${\", \"$\"]}",
    "upstream: {url: \"http://h\", updatable_fields: [\"a: b\", \"null\", \"1\", \"a b #c\"]}",
    "upstream: {url: \"http://h\", identity: service, service: {token_file: \"${TOKEN}\"}}",
    """
    authentication:
      keys: {jwks_url: "https://l.example", hmac_secret_file: "${DIRECTORY}/s", jwks_file: "~"}
      algorithms: [HS512, RS256]
      issuer: "zoë\\u200b\\u0301 # no comment"
      audience: ["yes", "${WORD}"]
      expiry: at_connect
    """,
    "websocket: {allowed_origins: [\"*\"], max_message_size: 65537, ping_interval: 365m}",
    "websocket: {allowed_origins: [\"https://A.example:443\", \"http://b:81\"], join_cache: 0s}",
    "limits: {outbound_queue: \"${SIZE}\", header_timeout: 24h, header_size: 1MiB}",
    "proxy: {trusted_proxies: [10.0.0.0/8, \"::ffff:10.0.0.1\", \"2001:db8::/32\", \"::/0\"]}",
    """
    proxy:
      enabled: false
      sync_routes:
        - "POST /${LAST}/{noteId}": note_sync
        - "DELETE /n/{noteId}/all": "note_${LAST}"
    """,
    "admin: {listen: \"\"}", "admin: {listen: \"[::1]:9\"}",
    "admin: {listen: \"unix:${WORD}\", publish_token_file: \"${WORD}\"}",
    "logging: {level: trace}\nworkers: \"${COUNT}\"\nshutdown_grace: 0s",
  ])
  func `read again is the same, wherever it lies`(yaml: String) throws {
    try expectSameAgain(yaml)
  }

  @Test func `of each file that is in this project is the same when it is read again`() throws {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let corpus = try files(in: "\(root)/Fuzz/Corpus/configuration")
    let good = corpus.filter { !$0.contains("/refused-") }
    #expect(good.count >= 10)
    for file in good + ["\(root)/conf/notes-gateway.yaml", "\(root)/conf/typelets.yaml"] {
      try expectSameAgain(contents(ofFile: file))
    }
  }

  @Test func `shows nothing that came from the environment`() throws {
    let text = try effectiveText(
      """
      upstream: {url: "http://${HOST}:3000"}
      authentication: {keys: {hmac_secret_file: "${RELATIVE}/secret"}, algorithms: [HS256]}
      proxy: {sync_routes: ["POST /${HOST}/{noteId}": note_sync]}
      websocket: {changes_include: [a, "${HOST}"]}
      """)
    #expect(!text.contains("hidden"))
    for line in [
      "  url: \"http://${HOST}:3000\"  # from the environment\n",
      // In the directory of the file that was read.
      "    hmac_secret_file: \"/etc/gateway/${RELATIVE}/secret\"  # from the environment\n",
      "  sync_routes:  # from the environment\n    - \"POST /${HOST}/{noteId}\": note_sync\n",
      "  changes_include: [a, \"${HOST}\"]  # from the environment\n",
    ] {
      #expect(text.contains(line), "\(line) is not in \(text)")
    }
  }

  @Test func `breaks lists that are too long for a line`() throws {
    let fields = (0..<20).map { "\"a.rather.long.field.\($0)\"" }
    let text = try effectiveText(
      """
      upstream: {url: "http://h", updatable_fields: [\(fields.joined(separator: ", "))]}
      authentication: {keys: {jwks_file: k}}
      """)
    #expect(text.contains("  updatable_fields:\n    - \"a.rather.long.field.0\"\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 100 + "  # default".count })
  }

  @Test func `is not there for a file that is wrong`() {
    #expect(throws: ConfigurationProblems.self) { try effectiveText("workers: 1") }
  }

  // MARK: -

  private static let environment = [
    "TOKEN": "relative/token", "DIRECTORY": "/run/credentials", "WORD": "a b ${NO}", "LAST": "sync",
    "SIZE": "2MiB", "COUNT": "7", "HOST": "hidden", "RELATIVE": "hidden",
  ]

  private func effectiveText(
    _ yaml: String, in directory: String = "/etc/gateway"
  ) throws -> String {
    try ConfigurationReader.effectiveText(
      Array(yaml.utf8), file: "f", baseDirectory: directory, environment: environment
    ).get()
  }

  private func expectSameAgain(_ yaml: String) throws {
    var whole = yaml
    if !yaml.contains("upstream:") { whole += "\nupstream: {url: 'http://127.0.0.1:3000'}" }
    if !yaml.contains("authentication:") { whole += "\nauthentication: {keys: {jwks_file: k}}" }
    let configuration = try read(whole, in: "/etc/${gateway").get()
    let printed = try effectiveText(whole, in: "/etc/${gateway")
    let again = read(printed, in: "/elsewhere")
    #expect(again.report == [], "\(printed)")
    #expect(try again.get() == configuration, "\(printed)")
    // But for comments, which say where a value comes from, it is also the same text.
    let printedAgain = try effectiveText(printed, in: "/elsewhere")
    #expect(withoutComments(printedAgain) == withoutComments(printed))
  }

  private func read(
    _ yaml: String, in directory: String
  ) -> Result<Configuration, ConfigurationProblems> {
    ConfigurationReader.read(
      Array(yaml.utf8), file: "f", baseDirectory: directory, environment: environment)
  }

  private func environment(_ name: String) -> String? {
    EffectiveTextTests.environment[name] ?? "3000"
  }

  private func withoutComments(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      for comment in ["  # default", "  # from the environment"] where line.hasSuffix(comment) {
        return String(line.dropLast(comment.count))
      }
      return String(line)
    }
  }

  private func files(in directory: String) throws -> [String] {
    let handle = try #require(opendir(directory), "\(directory) cannot be opened")
    defer { closedir(handle) }
    var files: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { files.append("\(directory)/\(name)") }
    }
    return files
  }
}
