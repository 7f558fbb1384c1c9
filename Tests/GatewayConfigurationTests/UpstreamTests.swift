import GatewayConfiguration
import GatewayTypes
import Testing

@Suite("The key upstream")
struct UpstreamTests {
  @Test(arguments: [
    ("http://127.0.0.1:3000", UpstreamURL(isTLS: false, host: "127.0.0.1", port: 3000)),
    ("http://notes", UpstreamURL(isTLS: false, host: "notes", port: 80)),
    ("HTTPS://Notes.Example.COM/", UpstreamURL(isTLS: true, host: "notes.example.com", port: 443)),
    ("https://h:80/a/b/", UpstreamURL(isTLS: true, host: "h", port: 80, pathPrefix: "/a/b")),
    ("http://h/a%20b/@c", UpstreamURL(isTLS: false, host: "h", pathPrefix: "/a%20b/@c")),
    ("http://[::1]:3000", UpstreamURL(isTLS: false, host: "::1", port: 3000)),
    ("http://[0:0::1]", UpstreamURL(isTLS: false, host: "::1", port: 80)),
    ("http://notes_api.internal.", UpstreamURL(isTLS: false, host: "notes_api.internal.")),
  ])
  func `takes the URL apart`(text: String, url: UpstreamURL) throws {
    #expect(try read("upstream: {url: '\(text)'}").get().upstream.url == url)
  }

  @Test(arguments: [
    ("", "has no scheme"), ("notes:3000", "has no scheme"), ("//notes", "has no scheme"),
    ("http:/notes", "has no scheme"), ("1http://notes", "has no scheme"),
    ("ws://notes", "is not an http or https URL"), ("unix:///s", "is not an http or https URL"),
    ("http://", "has no host"), ("http:///a", "has no host"), ("http://:80", "has no host"),
    ("http://a b", "has a space or another character that a URL cannot have"),
    ("http://nötes", "has a space or another character that a URL cannot have"),
    ("http://h/?a", "has a query"), ("http://h?a", "has a query"),
    ("http://h/#a", "has a fragment"),
    ("http://h:0", "has a port that is not a number from 1 to 65535"),
    ("http://h:65536", "has a port that is not a number from 1 to 65535"),
    ("http://h:", "has a port that is not a number from 1 to 65535"),
    ("http://h:+1", "has a port that is not a number from 1 to 65535"),
    ("http://[::1]x", "has a port that is not a number from 1 to 65535"),
    ("http://[::1", "has brackets without an IPv6 address in them"),
    ("http://[127.0.0.1]", "has brackets without an IPv6 address in them"),
    ("http://::1", "has no host"),
    ("http://h*", "has a character in its host that no host name has"),
    ("http://a..b", "has a host name with an empty part"),
    ("http://256.0.0.1", "has a host that is not an IPv4 address"),
    ("http://1.2.3", "has a host that is not an IPv4 address"),
    ("http://h/a/../b", "has . or .. in its path"), ("http://h/./", "has . or .. in its path"),
    ("http://h//", "ends with more than one slash"),
    ("http://h/%2", "has a % without two hexadecimal digits"),
    ("http://h/%zz", "has a % without two hexadecimal digits"),
    ("http://h/{a}", "has a character that a path can only have percent-encoded"),
  ])
  func `refuses a URL that is not plainly one`(text: String, reason: String) {
    #expect(
      read("upstream: {url: '\(text)'}").report == [
        "f:1:17: upstream.url: \"\(text)\" \(reason); expected an http or https URL, such as "
          + "http://127.0.0.1:3000 or https://host/prefix"
      ])
  }

  @Test func `never shows a password`() {
    #expect(
      read("upstream: {url: 'http://me:secret@notes'}").report == [
        "f:1:17: upstream.url: \"http://…@notes\" has a user name or password; expected an http or "
          + "https URL, such as http://127.0.0.1:3000 or https://host/prefix"
      ])
  }

  @Test func `gives the Host field and the address back`() {
    let cases = [
      (UpstreamURL(isTLS: false, host: "h"), "h", "http://h"),
      (UpstreamURL(isTLS: true, host: "h", port: 80), "h:80", "https://h:80"),
      (UpstreamURL(isTLS: true, host: "::1", port: 443), "[::1]", "https://[::1]"),
      (
        UpstreamURL(isTLS: false, host: "::1", port: 1, pathPrefix: "/a"), "[::1]:1",
        "http://[::1]:1/a"
      ),
    ]
    for (url, authority, text) in cases {
      #expect(url.authority == authority)
      #expect(url.description == text)
    }
  }

  @Test func `has a path in front of every route, and the note's name in it`() throws {
    let yaml = """
      upstream:
        url: http://h
        routes:
          get_note: "GET /v1/{noteId}"
          create_note: "POST /v1/"
          update_note: "PATCH /v1/{noteId}/text"
          delete_note: "DELETE /{noteId}"
      """
    let routes = try read(yaml).get().upstream.routes
    let note = Resource.note(try NoteID("n-1"))
    #expect(routes.notes.get == RouteTemplate("GET", ["v1", .name]))
    #expect(routes.notes.get.path(for: note) == "/v1/n-1")
    #expect(routes.notes.create == RouteTemplate("POST", ["v1", ""]))
    #expect(routes.notes.create.path(for: note) == "/v1/")
    #expect(routes.notes.update.description == "PATCH /v1/{noteId}/text")
    #expect(routes.notes.delete.path(for: note) == "/n-1")
  }

  @Test func `has routes of folders beside those of notes`() throws {
    let yaml = """
      upstream:
        url: http://h
        routes:
          get_folder: "GET /v1/folders/{folderId}/"
          create_folder: "PUT /v1/folders"
          update_folder: "PATCH /{folderId}"
          delete_folder: "DELETE /api/notes/{folderId}/all"
      """
    let routes = try read(yaml).get().upstream.routes
    let folder = Resource.folder(try FolderID("f-1"))
    #expect(routes[folder] == routes.folders)
    #expect(routes.folders.get == RouteTemplate("GET", ["v1", "folders", .name, ""], .folderID))
    #expect(routes.folders.get.path(for: folder) == "/v1/folders/f-1/")
    #expect(routes.folders.create.path(for: folder) == "/v1/folders")
    #expect(routes.folders.update.description == "PATCH /{folderId}")
    #expect(routes.folders.delete.path(for: folder) == "/api/notes/f-1/all")
    #expect(routes.notes == .notesDefault)
    #expect(try read("").get().upstream.routes.folders.get.path(for: folder) == "/api/folders/f-1")
  }

  @Test(arguments: [
    ("GET/{noteId}", "is not a method, one space and a path"),
    ("GET  /{noteId}", "is not a method, one space and a path"),
    ("GET /{noteId} ", "is not a method, one space and a path"),
    ("get /{noteId}", "does not begin with a method in capitals"),
    ("CONNECT /{noteId}", "does not begin with a method in capitals"),
    (" /{noteId}", "does not begin with a method in capitals"),
    ("GET {noteId}", "has a path that does not begin with /"),
    ("GET http://h/{noteId}", "has a path that does not begin with /"),
    ("GET /notes", "has no {noteId}"), ("GET /{noteId}/{noteId}", "has a {noteId} too many"),
    ("GET /{noteID}", "has braces that are not a whole {noteId} between slashes"),
    ("GET /{noteId}.json", "has braces that are not a whole {noteId} between slashes"),
    ("GET /{noteId}?full=1", "has braces that are not a whole {noteId} between slashes"),
    ("GET /{noteId}/?full=1", "has a character that a path can only have percent-encoded"),
    ("GET /../{noteId}", "has . or .. in its path"),
    ("GET /%2/{noteId}", "has a % without two hexadecimal digits"),
  ])
  func `refuses a route to a note that is not one`(text: String, reason: String) {
    #expect(
      read("upstream: {url: 'http://h', routes: {get_note: '\(text)'}}").report == [
        "f:1:48: upstream.routes.get_note: \"\(text)\" \(reason); expected METHOD /path with one "
          + "{noteId}, such as PUT /api/notes/{noteId}"
      ])
  }

  @Test(arguments: [
    Refusal(
      "upstream:\n  url: http://h\n  routes:\n    create_note: POST /notes/{noteId}",
      "f:4:18: upstream.routes.create_note: \"POST /notes/{noteId}\" has a {noteId} too many; "
        + "expected METHOD /path without {noteId}, such as POST /api/notes"),
    Refusal(
      "upstream:\n  url: http://h\n  routes:\n    get_note: PUT /api/notes/{noteId}",
      "f:4:15: upstream.routes.get_note: \"PUT /api/notes/{noteId}\" is both get_note and "
        + "update_note; expected routes that differ"),
    Refusal(
      "upstream:\n  url: http://h\n  routes:\n    get_folder: GET /api/notes/{folderId}",
      "f:4:17: upstream.routes.get_folder: \"GET /api/notes/{folderId}\" is both get_note and "
        + "get_folder; expected routes that differ"),
    Refusal(
      "upstream:\n  url: http://h\n  routes:\n    get_folder: GET /api/folders/{noteId}",
      "f:4:17: upstream.routes.get_folder: \"GET /api/folders/{noteId}\" has braces that are not "
        + "a whole {folderId} between slashes; expected METHOD /path with one {folderId}, such as "
        + "PUT /api/notes/{folderId}"),
  ])
  func `refuses routes that cannot be told from each other`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  @Test func `warns of a CA that an http upstream does not need`() throws {
    let plain = try read("upstream:\n  url: http://[::1]\n  ca_file: ca.pem").get()
    #expect(plain.upstream.caFile == "/etc/gateway/ca.pem")
    #expect(
      plain.warnings.map(\.description) == [
        "f:3:12: upstream.ca_file: is not used: upstream.url is not an https URL"
      ])
    #expect(try read("upstream:\n  url: https://h\n  ca_file: ca.pem").get().warnings == [])
  }
}
