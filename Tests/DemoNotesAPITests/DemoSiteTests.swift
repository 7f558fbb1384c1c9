import DemoNotesAPI
import GatewayTokens
import GatewayTypes
import GatewayWire
import Testing

/// What the demo answers over HTTP.
@Suite struct DemoSiteTests {
  private let now = WallTime(milliseconds: 1_700_000_000_000)
  private let secret: HMACSecret
  private let user: UserID
  private let token: BearerToken
  private var site: DemoSite

  init() throws {
    secret = try HMACSecret([UInt8](repeating: 7, count: 32))
    user = try #require(UserID(#"demo "user""#))
    token = try DevelopmentToken.make(
      user: user, lifetime: .seconds(60), secret: secret, now: now)
    site = try DemoSite(secret: secret, user: user, page: Array("<html>".utf8))
  }

  /// The status and the body of the answer to a request with the user's token.
  private mutating func ask(_ method: String, _ path: String, _ body: String = "") -> Outcome {
    let request = DemoRequest(
      method: method, path: path, host: "127.0.0.1:8080", token: token, body: Array(body.utf8))
    return Outcome(site.answer(request, at: now, randomNumber: 0xabc))
  }

  private mutating func answer(
    _ path: String, host: String = "localhost", forwardedHosts: [String] = [],
    token: BearerToken? = nil
  ) -> DemoAnswer {
    let request = DemoRequest(
      method: "GET", path: path, host: host, forwardedHosts: forwardedHosts, token: token)
    return site.answer(request, at: now, randomNumber: 0)
  }

  @Test mutating func `a note is made, read, changed and deleted`() {
    let times = #""createdAt":1700000000000,"updatedAt":1700000000000"#
    let made = #"{"id":"a","title":"T","content":"",\#(times),"version":1}"#
    let changed = #"{"id":"a","title":"T","content":"C",\#(times),"version":2}"#
    #expect(ask("POST", "/api/notes", #"{"id":"a","title":"T"}"#) == Outcome(201, made))
    #expect(ask("GET", "/api/notes/a") == Outcome(200, made))
    #expect(ask("PUT", "/api/notes/a", #"{"content":"C"}"#) == Outcome(200, changed))
    let list = #"[{"id":"a","title":"T",\#(times),"version":2}]"#
    #expect(ask("GET", "/api/notes") == Outcome(200, list))
    #expect(ask("DELETE", "/api/notes/a") == Outcome(204, ""))
    #expect(ask("GET", "/api/notes/a").status == 404)
    #expect(ask("GET", "/api/notes") == Outcome(200, "[]"))
  }

  private static let refusals: [(method: String, path: String, body: String, status: Int)] = [
    ("POST", "/api/notes", "{", 400),
    ("POST", "/api/notes", "[]", 400),
    ("POST", "/api/notes", #"{"id":7}"#, 400),
    ("POST", "/api/notes", #"{"id":"a/b"}"#, 400),
    ("POST", "/api/notes", #"{"id":"there"}"#, 409),
    ("PUT", "/api/notes/there", "", 400),
    ("PUT", "/api/notes/not-there", "{}", 404),
    ("PUT", "/api/notes/bad%20id", "{}", 404),
    ("DELETE", "/api/notes/not-there", "", 404),
    ("GET", "/api/notes/", "", 404),
    ("GET", "/api/notes/there/", "", 404),
    ("GET", "/api/notes/there/more", "", 404),
    ("GET", "//api/notes", "", 404),
    ("GET", "/api", "", 404),
    ("GET", "/index.html", "", 404),
    ("PUT", "/api/notes", "{}", 405),
    ("DELETE", "/api/notes", "", 405),
    ("POST", "/api/notes/there", "{}", 405),
    ("PATCH", "/api/notes/there", "{}", 405),
    ("POST", "/", "", 405),
    ("POST", "/demo/session", "", 405),
  ]

  @Test(arguments: refusals)
  mutating func `what is not served is refused with its status and a reason in JSON`(
    method: String, path: String, body: String, status: Int
  ) {
    #expect(ask("POST", "/api/notes", #"{"id":"there"}"#).status == 201)
    let outcome = ask(method, path, body)
    #expect(outcome.status == status)
    #expect(outcome.body.hasPrefix(#"{"error":""#))
  }

  @Test mutating func `what is over a bound is refused with 409 or 413`() throws {
    let bounds = NotesStore.Bounds(noteCountMax: 2, noteSizeMax: 400, totalSizeMax: 800)
    site = try DemoSite(secret: secret, user: user, page: [], bounds: bounds)
    let large = #"{"id":"a","content":"\#(String(repeating: "x", count: 200))"}"#
    #expect(ask("POST", "/api/notes", large).status == 413)
    #expect(ask("POST", "/api/notes", #"{"id":"a"}"#).status == 201)
    #expect(ask("POST", "/api/notes", #"{"id":"b"}"#).status == 201)
    #expect(ask("POST", "/api/notes", #"{"id":"c"}"#).status == 409)
  }

  @Test mutating func `only a good token names a user`() throws {
    let other = try HMACSecret([UInt8](repeating: 8, count: 32))
    let forged = try DevelopmentToken.make(
      user: user, lifetime: .seconds(60), secret: other, now: now)
    let old = try DevelopmentToken.make(
      user: user, lifetime: .seconds(1), secret: secret,
      now: WallTime(milliseconds: now.milliseconds - 60_000))
    for token in [nil, forged, old, BearerToken("x")] {
      for path in ["/api/notes", "/api/notes/a"] {
        let answer = answer(path, token: token)
        #expect(answer.status == 401)
        #expect(answer.fields.contains { $0.name == "WWW-Authenticate" })
      }
    }
    #expect(answer("/api/notes", token: token).status == 200)
  }

  @Test mutating func `the session has a token of the user`() throws {
    let answer = answer("/demo/session")
    #expect(answer.status == 200)
    #expect(answer.fields.contains(ResponseField("Cache-Control", "no-store")))
    let root = try JSONDocument(answer.body).root
    #expect(root["userId"]?.string == user.text)
    #expect(root["expiresAt"]?.number == Double(now.milliseconds + 3_600_000))
    let token = BearerToken(try #require(root["token"]?.string))
    #expect(self.answer("/api/notes", token: token).status == 200)
  }

  private static let foreignHosts = [
    "", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example",
    "127.0.0.1@evil.example", "127.0.0.2", "192.168.1.2", "0.0.0.0", "localhost:", "localhost:x",
    "[::2]", "::1", "localhost:80:80",
  ]

  @Test(arguments: foreignHosts)
  mutating func `nothing is served under a name that is not this machine's own`(host: String) {
    for path in ["/", "/demo/session", "/api/notes"] {
      #expect(answer(path, host: host, token: token).status == 403)
      #expect(answer(path, forwardedHosts: [host], token: token).status == 403)
      let mixed = [["localhost", host], [host, "localhost"], ["localhost, \(host)"]]
      for hosts in mixed {
        #expect(answer(path, forwardedHosts: hosts, token: token).status == 403)
      }
    }
  }

  @Test func `a body from such a name is not even read`() {
    func wantsBody(host: String, _ forwardedHosts: [String]) -> Bool {
      let request = DemoRequest(
        method: "PUT", path: "/api/notes/a", host: host, forwardedHosts: forwardedHosts,
        token: token)
      return site.wantsBody(of: request, at: now)
    }
    #expect(wantsBody(host: "127.0.0.1:1", ["localhost:8080"]))
    #expect(!wantsBody(host: "127.0.0.1:1", ["evil.example:8080"]))
    #expect(!wantsBody(host: "evil.example:8080", ["localhost:8080"]))
  }

  @Test(arguments: ["127.0.0.1", "127.0.0.1:1", "LocalHost:65535", "[::1]", "[::1]:80"])
  mutating func `it is served under the names of loopback`(host: String) {
    #expect(answer("/", host: host).status == 200)
    #expect(answer("/", forwardedHosts: [host]).status == 200)
  }

  @Test mutating func `the page may load nothing from elsewhere`() {
    let answer = answer("/")
    #expect(answer.body == Array("<html>".utf8))
    #expect(answer.fields.contains(ResponseField("Content-Type", "text/html; charset=utf-8")))
    let policy = answer.fields.first { $0.name == "Content-Security-Policy" }
    #expect(policy?.value.hasPrefix("default-src 'none'; ") == true)
  }
}

/// What a test looks at in an answer.
private struct Outcome: Equatable {
  let status: Int
  let body: String

  init(_ status: Int, _ body: String) {
    self.status = status
    self.body = body
  }

  init(_ answer: DemoAnswer) {
    self.init(answer.status, String(decoding: answer.body, as: UTF8.self))
  }
}
