import GatewayConfiguration
import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

@testable import GatewayRuntime

struct CreatedLocationsTests {
  private let locations = CreatedLocations(
    Configuration.Upstream(
      url: UpstreamURL(isTLS: true, host: "api.internal", port: 8443, pathPrefix: "/v1")))

  private func name(
    at location: String, in request: WatchedRoutes.Match = .creation(.notes)
  ) throws -> String? {
    let head = try soundHead("POST /api/notes?x=/y/ HTTP/1.1\r\nHost: App.example\r\n\r\n")
    return locations.name(at: Array(location.utf8), answering: head, in: request)
  }

  @Test(arguments: [
    "/v1/api/notes/n1", "/api/notes/n1", "/api/notes/n1?a=/b#c", "notes/n1",
    "https://api.internal:8443/v1/api/notes/n1", "HTTP://APP.EXAMPLE/api/notes/n1#x",
    "//app.example/api/notes/n1",
  ])
  func `the name is in the path, where that is one of the upstream's`(location: String) throws {
    #expect(try name(at: location) == "n1")
  }

  @Test(arguments: [
    "", "n1", "/", "/notes/n1", "/v2/api/notes/n1", "/api/notes/n1/", "/api/notes/n1/star",
    "/api/folders/n1", "//elsewhere/api/notes/n1", "https://api.internal/v1/api/notes/n1",
    "https://app.example.org/api/notes/n1", "https:/api/notes/n1", "https:api/notes/n1", "https:",
    "ftp://app.example/api/notes/n1", "mailto:n1", "?/api/notes/n1", "#/api/notes/n1",
    "./notes/n1", "../api/notes/n1", "https://me@app.example/api/notes/n1", "https://",
    "/v1api/notes/n1", ":", "://app.example/api/notes/n1",
  ])
  func `elsewhere is none`(location: String) throws {
    #expect(try name(at: location) == nil)
  }

  @Test func `folders are where folders are`() throws {
    #expect(try name(at: "/api/folders/f1", in: .creation(.folders)) == "f1")
    #expect(try name(at: "/api/notes/n1", in: .creation(.folders)) == nil)
  }

  @Test func `a change has made nothing`() throws {
    #expect(try name(at: "/api/notes/n1", in: .change(.note(.named("n1")), .update)) == nil)
  }
}
