import GatewayConfiguration
import GatewayTesting
import GatewayTypes
import Glibc
import Testing

@testable import GatewayRuntime

@Suite("What check finds beyond the text of a configuration")
struct InspectionTests {
  private static let day: Int64 = 24 * 3600 * 1000
  /// The leaf's own 2030-01-01 and 2030-07-01.
  private static let leafBegins = WallTime(milliseconds: 1_893_456_000_000)
  private static let leafEnds = WallTime(milliseconds: 1_909_094_400_000)

  @Test(arguments: [
    (leafBegins.milliseconds - 1, "is good from 2030-01-01 on only"),
    (leafEnds.milliseconds - 14 * day + 1, "expires on 2030-07-01"),
    (leafEnds.milliseconds, "expires on 2030-07-01"),
    (leafEnds.milliseconds + 1, "has expired on 2030-07-01"),
  ])
  func `is a certificate that is not good for long`(time: Int64, what: String) {
    let findings = findings(certificate: TestChain.leaf, at: time)
    #expect(findings == ["f:1:1: warning: listen[0].tls.certificate_file: the certificate \(what)"])
  }

  @Test(arguments: [leafBegins.milliseconds, leafEnds.milliseconds - 14 * day])
  func `is not one that is good for two weeks and more`(time: Int64) {
    #expect(findings(certificate: TestChain.leaf, at: time) == [])
  }

  @Test func `is a chain that is not in order`() {
    let time = InspectionTests.leafBegins.milliseconds
    let chain = [TestChain.leaf, TestChain.between, TestChain.root]
    #expect(findings(certificate: chain.joined(), at: time) == [])
    let mixed = [TestChain.leaf, TestChain.root, TestChain.between]
    let key = "f:1:1: warning: listen[0].tls.certificate_file"
    let rest =
      "is not signed by the one behind it; expected the certificate, then that of its issuer, and "
      + "so on"
    #expect(
      findings(certificate: mixed.joined(), at: time) == [
        "\(key): certificate 1 of 3 \(rest)", "\(key): certificate 2 of 3 \(rest)",
      ])
  }

  @Test func `is an authority of the upstream's that has expired`() {
    var files = ConfigurationFiles(listeners: [nil])
    files.upstreamCA = Array((TestChain.root + TestChain.leaf).utf8)
    let upstream = Configuration.Upstream(url: UpstreamURL(isTLS: true, host: "h"), caFile: "/ca")
    let configuration = Configuration(
      upstream: upstream, authentication: authentication, connectionBounds: fewConnections)
    let time = WallTime(milliseconds: InspectionTests.leafEnds.milliseconds + 1)
    #expect(
      Inspection(configuration, files, at: time).findings.map(\.asWarning)
        == [
          "f:1:1: warning: upstream.ca_file: certificate 2 of 2 has expired on 2030-07-01"
        ].map { $0.replacing("f:", with: "configuration:") })
  }

  @Test func `is a token of publishers that can be guessed`() {
    for (token, count) in [("fifteen-letters", 1), ("sixteen-letters!", 0)] {
      var files = ConfigurationFiles(listeners: [nil])
      files.publishToken = BearerToken(token)
      let findings = findings(files)
      #expect(findings.count == count)
      for finding in findings {
        #expect(finding.contains("admin.publish_token_file: the token has 15 characters"))
        #expect(!finding.contains(token))
      }
    }
  }

  @Test func `is a key of a set that is left out`() {
    var files = ConfigurationFiles(listeners: [nil])
    let good =
      #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
    files.jwks = Array(#"{"keys":[\#(good),{"kty":"oct","k":"c2VjcmV0"}]}"#.utf8)
    let findings = findings(files)
    #expect(findings.count == 1)
    #expect(findings.first?.contains("key 1 is a secret") == true, "\(findings)")
    #expect(findings.first?.hasSuffix("; it is left out") == true, "\(findings)")
  }

  @Test func `is a bound of connections that the machine does not allow`() {
    let configuration = Configuration(
      upstream: Configuration.Upstream(url: UpstreamURL(isTLS: false, host: "localhost")),
      authentication: authentication, connectionBounds: ConnectionBounds(all: 10_000_000),
      workers: 1)
    let inspection = Inspection(
      configuration, ConfigurationFiles(listeners: [nil]), at: InspectionTests.leafBegins)
    let findings = inspection.findings.map(\.message)
    #expect(findings.count == 1)
    #expect(
      findings.first?.hasPrefix(
        "limits.connections: with 10000000 of them 10000192 files are open, and here a process may "
          + "open ") == true, "\(findings)")
  }

  // MARK: -

  private let authentication = Configuration.Authentication(
    keys: Configuration.Authentication.Keys(), algorithms: [.hs256])
  /// What any machine allows.
  private let fewConnections = ConnectionBounds(all: 1)

  private func findings(certificate: String, at time: Int64) -> [String] {
    let tls = ConfigurationFiles.TLS(certificate: Array(certificate.utf8), privateKey: [])
    var configuration = self.configuration
    configuration.listeners = [
      Configuration.Listener(
        tls: Configuration.Listener.TLS(certificateFile: "/none", privateKeyFile: "/none"))
    ]
    return Inspection(
      configuration, ConfigurationFiles(listeners: [tls]), at: WallTime(milliseconds: time)
    ).findings.map(\.asWarning)
  }

  private func findings(_ files: ConfigurationFiles) -> [String] {
    Inspection(configuration, files, at: InspectionTests.leafBegins).findings.map(\.asWarning)
  }

  private var configuration: Configuration {
    Configuration(
      upstream: Configuration.Upstream(
        url: UpstreamURL(isTLS: false, host: "localhost"), connectionsMax: 1),
      authentication: authentication, connectionBounds: fewConnections, workers: 1,
      places: ConfigurationPlaces(file: "f"))
  }
}

@Suite("What every user of a machine can do with a file")
struct FileAccessTests {
  @Test(
    arguments: [
      (0o600, false, false), (0o640, false, false), (0o644, true, false), (0o602, false, true),
      (0o666, true, true),
    ] as [(mode_t, Bool, Bool)])
  func `is what its mode says`(mode: mode_t, isReadable: Bool, isWritable: Bool) throws {
    let file = try OpenDirectory(mode: 0o755, fileMode: mode)
    let access = FileAccess(file.path)
    #expect(access.isReadableByAll == isReadable)
    #expect(access.isWritableByAll == isWritable)
    // By another name.
    #expect(FileAccess(file.link) == access)
  }

  @Test func `is nothing behind a directory that is closed to them`() throws {
    let access = FileAccess(try OpenDirectory(mode: 0o750, fileMode: 0o666).path)
    #expect(!access.isReadableByAll)
    #expect(!access.isWritableByAll)
  }

  @Test func `is nothing where there is none`() {
    #expect(!FileAccess("/nowhere/at/all").isReadableByAll)
  }

  /// A file in a directory below /tmp, with a link to it beside it.
  private final class OpenDirectory {
    let directory: String
    let path: String
    let link: String

    init(mode: mode_t, fileMode: mode_t) throws {
      directory = try makeTemporaryDirectory()
      path = "\(directory)/file"
      link = "\(directory)/link"
      let file = try #require(fopen(path, "w"))
      fclose(file)
      symlink("file", link)
      chmod(path, fileMode)
      chmod(directory, mode)
    }

    deinit {
      unlink(link)
      unlink(path)
      rmdir(directory)
    }
  }
}
