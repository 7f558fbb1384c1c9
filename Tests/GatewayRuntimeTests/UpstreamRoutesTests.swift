import GatewayConfiguration
import GatewayLogic
import GatewayTesting
import GatewayTypes
import GatewayUpstream
import Testing

@testable import GatewayRuntime

/// What the notes API is asked, and in whose name.
struct UpstreamRoutesTests {
  private let token = BearerToken("u.s.r")

  private func routes(_ identity: UpstreamRoutes.Identity) -> UpstreamRoutes {
    UpstreamRoutes(
      routes: Configuration.Upstream.Routes(), pathPrefix: "/v1", identity: identity)
  }

  private func write(_ change: Change, of resource: Resource, by user: UserID) -> Write {
    let operation = OperationID(number: 1)
    return Write(
      change, of: resource,
      by: Writer(user: user, token: token, connection: .numbered(1), operation: operation))
  }

  @Test func `each step of a write has its route, for notes and for folders`() throws {
    let body = JSONText.of("{ }")
    let steps: [(step: UpstreamStep, method: String, isAboutAll: Bool, body: [UInt8]?)] = [
      (.look, "GET", false, nil), (.create(data: body), "POST", true, body.bytes),
      (.update(changes: body), "PUT", false, body.bytes), (.delete, "DELETE", false, nil),
    ]
    let resources = [
      (Resource.note(try NoteID("x-1")), "notes"), (.folder(try FolderID("x-1")), "folders"),
    ]
    for (resource, collection) in resources {
      for (step, method, isAboutAll, body) in steps {
        let write = write(.delete, of: resource, by: .named("u"))
        let path = "/v1/api/\(collection)" + (isAboutAll ? "" : "/x-1")
        #expect(
          try routes(.bearer).request(step, for: write)
            == UpstreamRequest(method: method, target: path, authorization: token, json: body))
      }
    }
  }

  @Test(arguments: ["user_2abc", "auth0|507f", "Ada Lovelace", "ä@example.org", "🙂", "50%"])
  func `with service identity the token is the gateway's, and a field names the user`(
    name: String
  ) throws {
    let own = BearerToken("own")
    let routes = routes(.service(own, userHeader: "X-User"))
    let field = try UpstreamField(name: "X-User", value: name)
    let note = Resource.note(try NoteID("n1"))
    let write = write(.delete, of: note, by: .named(name))
    #expect(
      try routes.request(.delete, for: write)
        == UpstreamRequest(
          method: "DELETE", target: "/v1/api/notes/n1", authorization: own, fields: [field]))
    #expect(
      try routes.look(at: note, as: .named(name), token)
        == UpstreamRequest(
          method: "GET", target: "/v1/api/notes/n1", authorization: own, fields: [field]))
  }
}
