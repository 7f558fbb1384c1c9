import GatewayConfiguration
import Testing

@Suite("${NAME} in a value")
struct EnvironmentTests {
  private let environment = [
    "NAME": "sub", "PORT": "8443", "_x1": "x", "EMPTY": "", "YAML": "a, b: [1]\n",
    "DOLLAR": "${NAME}",
  ]

  @Test(arguments: [
    ("${NAME}", "sub"), ("a-${NAME}-b", "a-sub-b"),
    ("${NAME}${PORT}", "sub8443"), ("${_x1}", "x"), ("a${EMPTY}b", "ab"),
    // Once, and as text.
    ("${DOLLAR}", "${NAME}"),
    // What is no ${ stays.
    ("$NAME", "$NAME"), ("$", "$"), ("a$", "a$"), ("$$", "$$"), ("$$NAME", "$$NAME"),
    // The way to write ${.
    ("$${NAME}", "${NAME}"), ("$$${NAME}", "$${NAME}"), ("$${", "${"),
  ])
  func `is replaced once, and only it`(written: String, value: String) throws {
    let configuration = try read(
      "authentication: {keys: {jwks_file: k}, user_claim: \"\(written)\"}",
      environment: environment
    ).get()
    #expect(configuration.authentication.userClaim == value)
  }

  @Test func `is replaced in every kind of value, which counts as what its key asks for`() throws {
    let yaml = """
      listen: [{address: "${ADDRESS}", port: "${PORT}"}]
      upstream: {url: "http://${HOST}:3000", request_timeout: "${TIME}"}
      authentication:
        keys: {jwks_file: "${CREDENTIALS_DIRECTORY}/jwks.json"}
        audience: ["${NAME}"]
      limits: {header_size: "${SIZE}"}
      """
    let more = [
      "ADDRESS": "::1", "HOST": "notes", "TIME": "3s", "SIZE": "2KiB",
      "CREDENTIALS_DIRECTORY": "/run/credentials",
    ]
    let configuration = try read(
      yaml, environment: environment.merging(more) { first, _ in first }
    ).get()
    #expect(configuration.listeners.map(\.address.description) == ["[::1]:8443"])
    #expect(configuration.upstream.url.description == "http://notes:3000")
    #expect(configuration.upstream.requestTimeout == .seconds(3))
    #expect(configuration.authentication.keys.jwksFile == "/run/credentials/jwks.json")
    #expect(configuration.authentication.audience == ["sub"])
    #expect(configuration.front.headerSizeMax == 2048)
  }

  @Test(arguments: [
    Refusal(
      "workers: ${CORES}",
      "f:1:10: workers: the environment variable CORES is not set; expected a value for ${CORES}"),
    Refusal(
      "websocket: {paths: [\"/${A}/${B}\"]}",
      "f:1:21: websocket.paths[0]: the environment variable A is not set; expected a value for "
        + "${A}",
      "f:1:21: websocket.paths[0]: the environment variable B is not set; expected a value for "
        + "${B}"),
    Refusal(
      "workers: \"${PORT\"",
      "f:1:10: workers: a ${ is not closed; expected ${NAME}, or $${ for the characters ${"),
    Refusal(
      "workers: \"${}\"",
      "f:1:10: workers: \"\" in ${} cannot name an environment variable; expected letters, digits "
        + "and _, or $${ for the characters ${"),
    Refusal(
      "workers: \"${1A:-2}\"",
      "f:1:10: workers: \"1A:-2\" in ${} cannot name an environment variable; expected letters, "
        + "digits and _, or $${ for the characters ${"),
  ])
  func `that cannot be replaced is refused at its place`(refusal: Refusal) {
    #expect(read(refusal.yaml, environment: environment).report == refusal.report)
  }

  @Test(arguments: [
    Refusal(
      "workers: ${NAME}",
      "f:1:10: workers: \"${NAME}\", filled from the environment, is not a whole number; expected "
        + "a whole number from 0 to 1024"),
    Refusal(
      "websocket: {paths: [\"${YAML}\"]}",
      "f:1:21: websocket.paths[0]: \"${YAML}\", filled from the environment, has a path that does "
        + "not begin with /; expected a path that begins with /, without a query, such as /ws"),
    Refusal(
      "authentication: {keys: {jwks_file: k}, issuer: \"${EMPTY}\"}",
      "f:1:48: authentication.issuer: \"${EMPTY}\", filled from the environment, is empty; "
        + "expected an iss claim, a text of 1 to 1024 bytes on one line"),
  ])
  func `that holds something wrong is named, and what it holds is not shown`(refusal: Refusal) {
    #expect(read(refusal.yaml, environment: environment).report == refusal.report)
  }

  @Test func `is not replaced in a key`() {
    #expect(
      read("${NAME}: 1", environment: environment).report.map { $0.prefix { $0 != ";" } } == [
        "f:1:1: \"${NAME}\": unknown key"
      ])
  }
}
