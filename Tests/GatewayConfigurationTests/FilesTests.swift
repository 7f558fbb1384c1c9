import GatewayConfiguration
import GatewayTypes
import Testing

@Suite("The files of the configuration")
struct FilesTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `are found beside the configuration and read`() throws {
    try directory.write("certificate", to: "a.pem")
    try directory.write("key", to: "b.pem")
    try directory.write("ca", to: "ca.pem")
    try directory.write("{}", to: "jwks.json")
    try directory.write("public", to: "public.pem")
    try directory.write(secret + "\n", to: "secret")
    let path = try directory.write(
      """
      listen: [{port: 1}, {port: 2, tls: {certificate_file: a.pem, private_key_file: b.pem}}]
      upstream: {url: https://h, ca_file: ca.pem}
      authentication:
        keys: {jwks_file: jwks.json, public_key_file: public.pem, hmac_secret_file: secret}
        algorithms: [RS256, HS256]
      """, to: "gateway.yaml")
    let configuration = try ConfigurationReader.read(file: path).get()
    #expect(configuration.authentication.keys.jwksFile == "\(directory.path)/jwks.json")
    #expect(
      try ConfigurationFiles.read(for: configuration).get()
        == ConfigurationFiles(
          listeners: [
            nil,
            ConfigurationFiles.TLS(
              certificate: Array("certificate".utf8), privateKey: Array("key".utf8)),
          ],
          upstreamCA: Array("ca".utf8), jwks: Array("{}".utf8), publicKey: Array("public".utf8),
          hmacSecret: Array(secret.utf8)))
  }

  @Test func `that cannot be used are reported where they are named`() throws {
    try directory.write("", to: "empty")
    try directory.write([UInt8](repeating: 0x20, count: (1 << 20) + 1), to: "huge")
    try directory.write([UInt8](repeating: 0x61, count: 31) + [0x0A], to: "secret")
    let yaml = """
      listen:
        - tls: {certificate_file: empty, private_key_file: none}
      upstream: {url: https://h, ca_file: huge}
      authentication:
        keys: {jwks_file: ".", hmac_secret_file: secret}
        algorithms: [RS256, HS256]
      """
    let path = try directory.write(yaml, to: "gateway.yaml")
    let configuration = try ConfigurationReader.read(file: path).get()
    let problems = ConfigurationFiles.read(for: configuration)
    #expect(throws: ConfigurationProblems.self) { try problems.get() }
    guard case .failure(let found) = problems else { return }
    let here = directory.path
    let expected = "; expected a readable file of at most 1MiB"
    #expect(
      found.problems.map(\.description) == [
        "\(path):2:29: listen[0].tls.certificate_file: \"\(here)/empty\" is empty; expected a file "
          + "with something in it",
        "\(path):2:54: listen[0].tls.private_key_file: \"\(here)/none\" cannot be read: No such "
          + "file or directory" + expected,
        "\(path):3:37: upstream.ca_file: \"\(here)/huge\" is larger than 1MiB" + expected,
        "\(path):5:21: authentication.keys.jwks_file: \"\(here)/.\" cannot be read: Is a directory"
          + expected,
        "\(path):5:44: authentication.keys.hmac_secret_file: the secret has 31 bytes, a line end "
          + "at its end not counted; expected at least 32",
      ])
  }

  @Test(arguments: [
    ("", ""), ("\n", ""), ("\r\n", ""), ("\n\n", "\n"), ("\r", "\r"), (" \n", " "),
  ])
  func `that hold a secret may end with one line end, which does not count`(
    end: String, kept: String
  ) throws {
    let path = try directory.write(secret + end, to: "secret")
    let keys = Configuration.Authentication.Keys(hmacSecretFile: path)
    let configuration = Configuration(
      upstream: Configuration.Upstream(url: UpstreamURL(isTLS: false, host: "h")),
      authentication: Configuration.Authentication(keys: keys, algorithms: [.hs256]))
    #expect(
      try ConfigurationFiles.read(for: configuration).get()
        == ConfigurationFiles(listeners: [nil], hmacSecret: Array((secret + kept).utf8)))
  }

  @Test func `are not needed by a configuration that names none`() throws {
    let configuration = Configuration(
      upstream: Configuration.Upstream(url: UpstreamURL(isTLS: false, host: "h")),
      authentication: Configuration.Authentication(keys: Configuration.Authentication.Keys()))
    #expect(
      try ConfigurationFiles.read(for: configuration).get() == ConfigurationFiles(listeners: [nil]))
  }

  @Test func `begin with the configuration itself`() throws {
    let path = "\(directory.path)/none.yaml"
    #expect(
      ConfigurationReader.read(file: path).report == [
        "\(path):1:1: the configuration cannot be read: No such file or directory; expected a YAML "
          + "file"
      ])
    let huge = try directory.write([UInt8](repeating: 0x0A, count: (1 << 20) + 1), to: "huge.yaml")
    #expect(
      ConfigurationReader.read(file: huge).report == [
        "\(huge):1:1: the configuration is larger than 1MiB; expected a YAML file"
      ])
  }

  /// 32 bytes: no more than it takes.
  private let secret = "0123456789abcdef0123456789abcdef"
}
