import GatewayConfiguration
import GatewayTransport
import GatewayTypes
import GatewayWire
import Testing

@testable import GatewayRuntime

struct AdminTests {
  private static func head(_ target: String = "/", _ fields: String...) throws -> RequestHead {
    let text = (["GET \(target) HTTP/1.1"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    var parser = RequestHeadParser(sizeMax: 4096)
    let result = Array(text.utf8).withUnsafeBytes { parser.consume($0) }
    guard case .complete(let head, consumed: _) = result else {
      throw AdminTestError.notRead("\(result)")
    }
    return head
  }

  private enum AdminTestError: Error {
    case notRead(String)
  }

  private static func address(_ text: String) throws -> ListenAddress {
    .ip(try #require(IPAddress(text)), port: 9090)
  }

  private static let local = [
    "127.0.0.1", "127.1.2.3:80", "[::1]:9090", "localhost", "LocalHost:1",
  ]
  private static let remote = ["10.0.0.1", "10.0.0.1:9090", "[2001:db8::1]:1"]
  private static let names = [
    "evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example",
    "127.0.0.1:x", "127.0.0.1:80:80", "::1", "[localhost]", "[127.0.0.1]", "2130706433", "0x7f.1",
  ]

  @Test func `on loopback only loopback's own names are answered`() throws {
    for listening in ["127.0.0.1", "::1"] {
      let access = AdminAccess(try Self.address(listening))
      for host in Self.local {
        #expect(access.refusal(of: try Self.head("/", "Host: \(host)")) == nil, "\(host)")
      }
      for host in Self.remote + Self.names {
        #expect(
          access.refusal(of: try Self.head("/", "Host: \(host)"))?.status == 421, "\(host)")
      }
    }
  }

  @Test func `elsewhere any address is answered, and no name`() throws {
    for listening in ["0.0.0.0", "10.0.0.1", "::"] {
      let access = AdminAccess(try Self.address(listening))
      for host in Self.local + Self.remote {
        #expect(access.refusal(of: try Self.head("/", "Host: \(host)")) == nil, "\(host)")
      }
      for host in Self.names {
        #expect(
          access.refusal(of: try Self.head("/", "Host: \(host)"))?.status == 421, "\(host)")
      }
    }
  }

  @Test func `a page may ask from its own origin, and from no other`() throws {
    let access = AdminAccess(try Self.address("127.0.0.1"))
    for (origin, isAllowed) in [
      ("http://127.0.0.1:9090", true), ("HTTP://127.0.0.1:9090", true),
      ("https://127.0.0.1:9090", false), ("http://127.0.0.1", false), ("null", false),
      ("http://evil.example", false),
    ] {
      let head = try Self.head("/", "Host: 127.0.0.1:9090", "Origin: \(origin)")
      #expect((access.refusal(of: head) == nil) == isAllowed, "\(origin)")
    }
  }

  @Test func `on a UNIX socket any name will do`() throws {
    let access = AdminAccess(.unix(path: "/x"))
    #expect(access.refusal(of: try Self.head("/", "Host: evil.example")) == nil)
  }

  @Test(arguments: [
    ("user=ada", "ada"), ("a=b&user=ada&c", "ada"), ("user=a%20b+c", "a b c"),
    ("user=%C3%A4%26", "ä&"), ("user=", nil), ("user", nil), ("", nil), ("users=ada", nil),
    ("user=a&user=a", nil), ("user=%4", nil), ("user=%", nil), ("user=%+1", nil),
    ("user=%ff", nil), ("user=%00", nil), ("user=%EF%BC%91%zz", nil),
  ]) func `a query names one user, or none`(query: String, user: String?) throws {
    #expect(
      try Self.head("/connections?\(query)", "Host: x").queriedUser == user.flatMap(UserID.init))
  }

  // MARK: Asking the workers

  @Test func `a question ends with its last answer, or with its time`() throws {
    let start = MonotonicTime(nanoseconds: 5)
    var polling = Polling<String>(workerCount: 2, timeout: .seconds(1))
    #expect(polling.nextDeadline == nil)
    let first = polling.ask(at: start) { _ in }
    let second = polling.ask(at: start + .milliseconds(500)) { _ in }
    #expect(polling.answered(second, by: 0, "b0") == nil)
    #expect(polling.answered(first, by: 1, "a1") == nil)
    #expect(polling.answered(second, by: 1, "b1")?.answers == [0: "b0", 1: "b1"])
    #expect(polling.nextDeadline == start + .seconds(1))
    #expect(polling.popOverdue(at: start + .milliseconds(999)) == nil)
    #expect(polling.popOverdue(at: start + .seconds(1))?.answers == [1: "a1"])
    #expect(polling.answered(first, by: 0, "late") == nil)
    #expect(polling.popOverdue(at: start + .seconds(9)) == nil)
  }
}
