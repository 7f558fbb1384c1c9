import GatewayConfiguration
import Testing

@Suite("A file with many problems")
struct ManyProblemsTests {
  @Test func `is told of the first fifty, and how many more there are`() {
    let keys = (0..<60).map { "key\($0): 1" }
    let report = readProblems(keys.joined(separator: "\n") + required)
    #expect(report.problems.count == 50)
    #expect(report.problems.map(\.place.line) == Array(1...50))
    #expect(report.othersCount == 10)
    #expect(report.description.hasSuffix("\nand 10 more"))
  }

  @Test func `is told of all of them where they are fifty`() {
    let keys = (0..<50).map { "key\($0): 1" }
    let report = readProblems(keys.joined(separator: "\n") + required)
    #expect(report.problems.count == 50)
    #expect(report.othersCount == 0)
    #expect(!report.description.contains("more"))
  }

  @Test func `is told of those that come first in it, whatever is read first`() {
    // Unknown keys are found at the end of their section, values before.
    let values = (0..<200).map { _ in "x, y" }.joined(separator: ", ")
    let report = readProblems(
      """
      surprise: 1
      websocket: {surprise: 2, changes_include: [\(String(repeating: "~, ", count: 200))]}
      another: 1
      proxy: {trusted_proxies: [\(values)]}
      """ + required)
    let total = report.problems.count + report.othersCount
    #expect(total == 200 + 200 * 2 + 3)
    #expect(report.problems.prefix(2).map(\.message).allSatisfy { $0.contains("surprise") })
    #expect(report.problems.dropFirst(2).allSatisfy { $0.message.contains("changes_include") })
    #expect(report.problems == report.problems.sorted { $0.place < $1.place })
  }

  @Test(arguments: [
    ("unknown keys", "k?: 1\n", 9_000, 9_000),
    ("a key given again and again", "key: 1\n", 12_000, 12_000),
    ("aliases", "- *a\n", 20_000, 20_001),
    ("anchors", "- &a 1\n", 14_000, 14_001),
    ("tags", "- !t 1\n", 14_000, 14_001),
  ])
  func `is read to its end, and only what is told is put into words`(
    what: String, line: String, count: Int, problemCount: Int
  ) {
    let lines = (0..<count).map { line.replacing("?", with: "\($0)") }
    let report = readProblems(lines.joined())
    #expect(report.problems.count == 50)
    // A list in place of the file is one problem more, and a mapping lacks what is required.
    let expected = problemCount + (line.hasPrefix("-") ? 0 : 2)
    #expect(report.problems.count + report.othersCount == expected)
  }

  @Test func `may have many of them in one value`() {
    let dollars = String(repeating: "$", count: 100_000)
    let report = readProblems("workers: \(dollars)\n" + required)
    #expect(report.problems.map(\.message).allSatisfy { $0.contains("is not a whole number") })
    let unset = String(repeating: "${X}", count: 20_000)
    let others = readProblems("workers: \"\(unset)\"\n" + required)
    #expect(others.problems.count + others.othersCount == 20_000)
  }

  @Test func `may not be larger than a megabyte`() throws {
    let directory = try TemporaryDirectory()
    let comment = "# " + String(repeating: "x", count: 1 << 20) + "\n"
    let file = try directory.write(comment, to: "large.yaml")
    #expect(
      ConfigurationReader.read(file: file).report == [
        "\(file):1:1: the configuration is larger than 1MiB; expected a YAML file"
      ])
  }

  private let required =
    "\nupstream: {url: 'http://h'}\nauthentication: {keys: {jwks_file: k}}\n"

  private func readProblems(_ yaml: String) -> ConfigurationProblems {
    switch readExactly(yaml) {
    case .success: preconditionFailure("the file is fine")
    case .failure(let problems): problems
    }
  }
}
