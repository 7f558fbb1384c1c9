import GatewayConfiguration
import Testing

@Suite("The YAML of the configuration")
struct YAMLTests {
  @Test(arguments: [
    Refusal(
      "workers: [1, 2\nlimits: {}",
      "f:2:7: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence "
        + "(line 1)"),
    Refusal(
      "workers: 1\n\tlimits: {}",
      "f:2:1: this is not YAML: found a tab character that violates indentation while scanning a "
        + "plain scalar (line 1)"),
    Refusal("workers: [\"1, 2]", "f:3:39: this is not YAML: found unexpected end of stream"),
    Refusal("workers: @", "f:1:10: this is not YAML: found character that cannot start any token"),
    Refusal("# ü\nlogging: {level: \u{1}}", "f:2:18: this is not YAML: control characters"),
    // All that ends a line in YAML, of which libyaml counts none for what it can't decode.
    Refusal(
      "# ü\r#\u{85}#\u{2028}#\u{2029}#\r\nlogging: {level: \u{1}}",
      "f:6:18: this is not YAML: control characters"),
  ])
  func `that is none is reported where it stops making sense`(refusal: Refusal) {
    let report = read(refusal.yaml).report
    #expect(report.count == 1)
    for (line, expected) in zip(report, refusal.report) {
      #expect(line.hasPrefix(expected))
    }
  }

  @Test func `must be UTF-8, and a place counts characters, not bytes`() {
    let bytes = Array("# ünïcode\n# üü".utf8) + [0xFF] + Array("\nworkers: 1\n".utf8)
    let result = ConfigurationReader.read(
      bytes, file: "f", baseDirectory: "/", environment: { _ in nil })
    #expect(result.report == ["f:2:5: this is not YAML: invalid leading UTF-8 octet"])
  }

  @Test(arguments: [
    ("workers: 1\nwork", "f:2:5: this is not YAML: could not find expected ':'"),
    ("logging:\n  level:", "f:2:9: logging.level: has no value"),
    ("- [", "f:1:4: this is not YAML: did not find expected node content"),
    ("\"ü", "f:1:3: this is not YAML: found unexpected end of stream"),
  ])
  func `that ends in the middle is reported in its last line`(yaml: String, expected: String) {
    let report = readExactly(yaml).report
    #expect(report.contains { $0.hasPrefix(expected) }, "\(report)")
  }

  @Test func `may begin with a byte order mark and end its lines like Windows`() throws {
    let configuration = try read("\u{FEFF}workers: 3\r\nlogging:\r\n  level: debug\r\n").get()
    #expect(configuration.workers == 3)
    #expect(configuration.logLevel == .debug)
  }

  @Test(arguments: [
    Refusal(
      "workers: 1\nworkers: 2",
      "f:2:1: the key \"workers\" is given twice; expected it only on line 1"),
    Refusal(
      "limits: {header_size: 1KiB, header_size: 1KiB}",
      "f:1:29: the key \"header_size\" is given twice; expected it only on line 1"),
    Refusal(
      "workers: &many 4\nlimits: {rooms_per_connection: *many}",
      "f:1:10: anchors (&) are not supported; expected the value alone",
      "f:2:32: aliases (*) are not supported; expected the value itself, or a text in quotes"),
    Refusal(
      "websocket:\n  allowed_origins: [*]",
      "f:2:22: this is not YAML: did not find expected alphabetic or numeric character while "
        + "scanning an alias (line 2); expected quotes around a text that begins with *"),
    Refusal(
      "workers: !secret 4",
      "f:1:10: the tag \"!secret\" does not fit; expected a value without one"),
    Refusal(
      "limits: !!set {}",
      "f:1:9: the tag \"tag:yaml.org,2002:set\" does not fit; expected a value without one"),
    Refusal(
      "? [a, b]\n: 1",
      "f:1:3: a list is given as a key; expected a name"),
    Refusal(
      "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
      "f:1:17: nested too deeply; expected at most 16 levels"),
  ])
  func `has neither duplicates, anchors, foreign tags nor deep nests`(refusal: Refusal) {
    #expect(readOwn(refusal.yaml) == refusal.report)
  }

  @Test func `is one document`() {
    #expect(
      readExactly("workers: 1\n---\nworkers: 2\n").report == [
        "f:2:1: a second document begins here; expected one document in the file"
      ])
  }

  @Test func `may say with a core tag what quotes would say`() throws {
    #expect(try read("workers: !!int \"2\"").get().workers == 2)
    #expect(
      read("workers: !!str 2").report == [
        "f:1:10: workers: \"2\" is a text because of its quotes; expected a whole number from 0 "
          + "to 1024"
      ])
  }

  @Test func `may be cut off or damaged anywhere without more than a problem`() {
    let yaml = """
      # ü
      listen: [{address: "::", port: 443, tls: {certificate_file: a, private_key_file: 'b'}}]
      upstream:
        url: http://${HOST}:3000
        routes: {get_note: "GET /{noteId}"}
      authentication: {keys: {jwks_file: k}, audience: [a, ~, !!str b]}
      logging: {level: |
        info}
      """
    let whole = Array(yaml.utf8)
    for index in whole.indices {
      var texts = [Array(whole[..<index])]
      for byte in [0x00, 0x09, 0x0A, 0x22, 0x24, 0x2A, 0x3A, 0x7D, 0xFF] as [UInt8] {
        texts.append(whole)
        texts[texts.count - 1][index] = byte
      }
      for text in texts {
        let result = ConfigurationReader.read(
          text, file: "f", baseDirectory: "/", environment: { _ in nil })
        guard case .failure(let problems) = result else { continue }
        #expect(!problems.problems.isEmpty)
        #expect(problems.problems.allSatisfy { $0.place.line <= 11 && !$0.message.isEmpty })
      }
    }
  }

  /// What `yaml` is told, with what is required behind it, unless that is part of the mischief.
  private func readOwn(_ yaml: String) -> [String] {
    yaml.hasPrefix("[") ? readExactly(yaml).report : read(yaml).report
  }
}
