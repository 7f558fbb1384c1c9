import GatewayConfiguration
import Testing

@Suite("A problem with the configuration")
struct ConfigurationProblemTests {
  @Test func `is printed as FILE:LINE:COLUMN and what is wrong`() {
    let problem = ConfigurationProblem(
      file: "conf/gateway.yaml", place: ConfigurationPlace(line: 3, column: 7), message: "no")
    #expect(problem.description == "conf/gateway.yaml:3:7: no")
  }

  @Test func `is listed by line and then by column, others of its place in their order`() {
    func problem(_ line: Int, _ column: Int, _ message: String) -> ConfigurationProblem {
      ConfigurationProblem(
        file: "f", place: ConfigurationPlace(line: line, column: column), message: message)
    }
    let problems = ConfigurationProblems([
      problem(10, 1, "e"), problem(2, 9, "c"), problem(2, 9, "d"), problem(2, 3, "b"),
      problem(1, 30, "a"),
    ])
    #expect(
      problems.description == """
        f:1:30: a
        f:2:3: b
        f:2:9: c
        f:2:9: d
        f:10:1: e
        """)
  }

  @Test func `can be told of a key after reading, at its place or at the start of the file`() {
    var places = ConfigurationPlaces(file: "gateway.yaml")
    places["upstream.ca_file"] = ConfigurationPlace(line: 4, column: 12)
    #expect(
      places.problem(with: "upstream.ca_file", "has no certificate").description
        == "gateway.yaml:4:12: upstream.ca_file: has no certificate")
    #expect(
      places.problem(with: "workers", "too many").description
        == "gateway.yaml:1:1: workers: too many")
  }
}
