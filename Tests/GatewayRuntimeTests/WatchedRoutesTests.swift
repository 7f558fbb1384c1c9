import GatewayConfiguration
import GatewayLogic
import GatewayTesting
import GatewayTypes
import Testing

@testable import GatewayRuntime

/// PROXY.md, "Writes that sync": which requests are watched.
struct WatchedRoutesTests {
  private let routes = WatchedRoutes(
    Configuration.Upstream.Routes(),
    [
      SyncRoute(RouteTemplate("POST", ["api", "notes", .name, "star"]), .noteSync),
      SyncRoute(RouteTemplate("POST", ["api", "notes", .name, "trash"]), .noteDeleted),
      SyncRoute(RouteTemplate("PUT", ["f", .name], .folderID), .folderUpdated),
      SyncRoute(RouteTemplate("POST", ["f", .name, ""], .folderID), .folderDeleted),
    ])

  private func match(_ request: String) -> WatchedRoutes.Match? {
    let parts = request.split(separator: " ").map { Array($0.utf8) }
    return routes.match(method: parts[0][...], path: parts[1][...])
  }

  private static func note(_ name: String) -> Resource { .note(.named(name)) }

  static let watched: [(String, WatchedRoutes.Match)] = [
    ("PUT /api/notes/n1", .change(note("n1"), .update)),
    ("PATCH /api/notes/n1", .change(note("n1"), .update)),
    ("DELETE /api/notes/a.b_c~d-E", .change(note("a.b_c~d-E"), .delete)),
    ("POST /api/notes", .creation(.notes)),
    ("POST /api/notes/n1/star", .change(note("n1"), .update)),
    ("POST /api/notes/n1/trash", .change(note("n1"), .delete)),
    ("PUT /api/folders/f", .change(box(), .update)),
    ("PATCH /api/folders/f", .change(box(), .update)),
    ("DELETE /api/folders/f", .change(box(), .delete)),
    ("POST /api/folders", .creation(.folders)),
    ("PUT /f/f", .change(box(), .update)),
    ("POST /f/f/", .change(box(), .delete)),
  ]

  private static func box() -> Resource { .folder(.named("f")) }

  @Test(arguments: watched)
  func `the requests of routes are, by what they change`(
    request: String, expected: WatchedRoutes.Match
  ) {
    #expect(match(request) == expected)
  }

  @Test(arguments: [
    "GET /api/notes/n1", "HEAD /api/notes/n1", "GET /api/notes", "POST /api/notes/n1",
    "put /api/notes/n1", "PUT /api/notes", "PUT /api/notes/", "PUT /api/notes/n1/",
    "PUT /api/notes//n1", "PUT //api/notes/n1", "PUT /api/Notes/n1", "PUT /api/notes/n%31",
    "PUT /api/notes/.", "PUT /api/notes/..", "PUT /api/notes/a,b", "PUT /prefix/api/notes/n1",
    "POST /api/notes/", "POST /api/notes/n1/stars", "POST /api/notes/n1/star/", "DELETE /api/notes",
    "PUT /", "POST /f/f", "PATCH /f/f", "PUT /api/notes/n1/star",
  ])
  func `all others are not`(request: String) {
    #expect(match(request) == nil)
  }

  @Test func `a name that is too long is none`() {
    let name = String(repeating: "n", count: 128)
    #expect(match("PUT /api/notes/\(name)") != nil)
    #expect(match("PUT /api/notes/\(name)n") == nil)
  }
}
