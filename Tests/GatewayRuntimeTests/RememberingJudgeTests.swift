import GatewayTesting
import GatewayTokens
import GatewayTypes
import Testing

@testable import GatewayRuntime

/// Good tokens are known again; what is told must be the same as without that.
struct RememberingJudgeTests {
  private var clock = ManualClock()
  private var judge: RememberingJudge

  init() throws {
    judge = RememberingJudge(try Self.judge(by: "1"))
  }

  private static func secret(_ name: String) throws -> HMACSecret {
    try HMACSecret(Array(String(repeating: name, count: 32).utf8))
  }

  private static func judge(by name: String) throws -> TokenJudge {
    let key = try VerificationKey(secret: try secret(name), algorithms: [.hs256])
    return TokenJudge(
      verifier: TokenVerifier(rules: TokenRules(algorithms: [.hs256]), keys: KeySet([key])),
      clockSkew: .seconds(5), fetchesKeys: false)
  }

  private func token(of user: String = "alice", lasting lifetime: Duration) throws -> BearerToken {
    try DevelopmentToken.make(
      user: .named(user), lifetime: lifetime, secret: try Self.secret("1"), algorithm: .hs256,
      now: clock.wallNow)
  }

  /// The user, `expired` or `failed`.
  private mutating func verdict(on token: BearerToken) -> String {
    switch judge.judge(token, at: clock.wallNow) {
    case .good(let verified): verified.user.text
    case .keyMissing: "key missing"
    case .bad(.expired, reason: _): "expired"
    case .bad(.failed, reason: _): "failed"
    }
  }

  @Test mutating func `a good token is known until its time and the skew are over`() throws {
    let token = try token(lasting: .seconds(60))
    #expect(verdict(on: token) == "alice")
    #expect(judge.knownCount == 1)
    clock.advance(by: .milliseconds(64_999))
    #expect(verdict(on: token) == "alice")
    clock.advance(by: .milliseconds(1))
    #expect(verdict(on: token) == "expired")
  }

  @Test mutating func `a bad token is not remembered`() throws {
    let good = try token(lasting: .seconds(60)).text
    for bad in ["x", "\(good)x", String(good.dropLast()), good.uppercased()] {
      #expect(verdict(on: BearerToken(bad)) == "failed")
    }
    #expect(verdict(on: BearerToken(String(repeating: "x", count: 20_000))) == "failed")
    #expect(judge.knownCount == 0)
  }

  @Test mutating func `with other keys nothing is known any more`() throws {
    let token = try token(lasting: .seconds(60))
    #expect(verdict(on: token) == "alice")
    judge.replace(with: try Self.judge(by: "2"))
    #expect(judge.knownCount == 0)
    #expect(verdict(on: token) == "failed")
    judge.replace(with: try Self.judge(by: "1"))
    #expect(verdict(on: token) == "alice")
  }

  @Test mutating func `two tokens of one user are two`() throws {
    #expect(verdict(on: try token(lasting: .seconds(60))) == "alice")
    #expect(verdict(on: try token(lasting: .seconds(61))) == "alice")
    #expect(verdict(on: try token(of: "bob", lasting: .seconds(60))) == "bob")
    #expect(judge.knownCount == 3)
  }

  @Test func `a key that is missing is only waited for where keys are fetched`() throws {
    let named = BearerToken("eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.e30.AA")
    for fetchesKeys in [true, false] {
      let judge = TokenJudge(
        verifier: TokenVerifier(rules: TokenRules(algorithms: [.es256]), keys: KeySet([])),
        clockSkew: .zero, fetchesKeys: fetchesKeys)
      switch judge.judge(named, at: clock.wallNow) {
      case .good: Issue.record("nobody signed it")
      case .keyMissing: #expect(fetchesKeys)
      case .bad: #expect(!fetchesKeys)
      }
    }
  }
}
