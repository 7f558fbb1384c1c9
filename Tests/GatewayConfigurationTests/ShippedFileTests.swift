import GatewayConfiguration
import Testing

/// conf/notes-gateway.yaml is the reference that operators have at hand.
@Suite("The shipped configuration file")
struct ShippedFileTests {
  /// Keys without a default: what the file shows behind them is an example.
  private static let examples: Set<String> = [
    "tls", "certificate_file", "private_key_file", "ca_file", "jwks_url", "public_key_file",
    "hmac_secret_file", "issuer", "token_file",
  ]

  private let text: String

  init() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    text = try contents(ofFile: "/\(root)/conf/notes-gateway.yaml")
  }

  @Test func `starts as it is, with the defaults`() throws {
    #expect(try read(text).get() == ShippedFileTests.defaults)
  }

  @Test func `shows the defaults in what is commented out`() throws {
    let shown = ShippedFileTests.uncommented(text) { key in
      !ShippedFileTests.examples.contains(key) && key != "minimum_version"
    }
    let configuration = try read(shown).get()
    #expect(configuration == ShippedFileTests.defaults)
    // All that is shown was there to be compared.
    #expect(configuration.place(of: "listen[0].port") != nil)
    #expect(configuration.place(of: "shutdown_grace") != nil)
  }

  @Test func `shows the default TLS version`() throws {
    let tls = try #require(try everything().listeners.first?.tls)
    #expect(
      tls
        == Configuration.Listener.TLS(
          certificateFile: tls.certificateFile, privateKeyFile: tls.privateKeyFile))
  }

  @Test func `has every key that there is`() throws {
    let configuration = try everything()
    let keys = ShippedFileTests.keys(in: "", { $0 })
    #expect(keys.count > 40)
    for key in keys {
      #expect(configuration.place(of: key) != nil, "\(key) is not in the file")
    }
  }

  @Test func `says why behind every value`() {
    for line in text.split(separator: "\n").map(String.init) {
      guard let key = ShippedFileTests.key(of: line), !line.hasSuffix(":") else { continue }
      #expect(line.dropFirst().contains("# "), "\(key) has no comment")
    }
  }

  /// The file with every key in use, and an algorithm for the secret that is then there too.
  private func everything() throws -> Configuration {
    let lines = ShippedFileTests.uncommented(text) { _ in true }
      .split(separator: "\n")
      .map { $0.hasPrefix("  algorithms:") ? "  algorithms: [RS256, HS256]" : $0 }
    return try read(lines.joined(separator: "\n")).get()
  }
}

extension ShippedFileTests {
  private static let defaults = Configuration(
    upstream: Configuration.Upstream(
      url: UpstreamURL(isTLS: false, host: "127.0.0.1", port: 3000)),
    authentication: Configuration.Authentication(
      keys: Configuration.Authentication.Keys(jwksFile: "/etc/gateway/jwks.json")))

  /// `text` with those of its commented keys in use that `isUsed`. Prose has one space behind its
  /// `#`, a key none or two.
  private static func uncommented(_ text: String, _ isUsed: (String) -> Bool) -> String {
    text.split(separator: "\n")
      .map { line in
        guard let key = key(of: String(line)), isUsed(key) else { return String(line) }
        return String(line.hasPrefix("#") ? line.dropFirst() : line)
      }
      .joined(separator: "\n")
  }

  /// `port` for `#    port: 8080`; nil for a line without a key.
  private static func key(of line: String) -> String? {
    var rest = line[...]
    if rest.hasPrefix("#") {
      rest = rest.dropFirst()
      if rest.hasPrefix(" "), !rest.hasPrefix("  ") { return nil }
    }
    rest = rest.drop { $0 == " " || $0 == "-" }
    let key = rest.prefix { $0.isLetter || $0 == "_" }
    return !key.isEmpty && rest.dropFirst(key.count).hasPrefix(":") ? String(key) : nil
  }

  /// Every key that the reader knows in the section `path`, found out by giving it one that it
  /// cannot know: it then says which it expected. `file` makes a whole file of the section.
  private static func keys(in path: String, _ file: (String) -> String) -> [String] {
    let marker = "\"?\": unknown key; expected "
    for line in readExactly(file("{\"?\": 1}")).report {
      let parts = line.split(separator: " ", maxSplits: 1)
      let prefix = path.isEmpty ? marker : "\(path).\(marker)"
      guard let message = parts.last, message.hasPrefix(prefix) else { continue }
      let names = message.dropFirst(prefix.count).split { $0 == " " || $0 == "," }
      return names.filter { $0 != "or" }.flatMap { name in
        let key = path.isEmpty ? String(name) : "\(path).\(name)"
        return [key] + keys(in: key) { file("{\(name): \($0)}") }
          + keys(in: "\(key)[0]") { file("{\(name): [\($0)]}") }
      }
    }
    return []
  }
}
