import GatewayLogic
import GatewayTokens
import GatewayTypes

/// Judges tokens and remembers the good ones, since a client's reconnects carry the same one: a
/// signature is verified once.
///
/// A token is known by its SHA-256 and never kept. With other keys or rules all are forgotten, so
/// that a key that was taken back is not believed on.
struct RememberingJudge {
  /// The most tokens that are remembered.
  static let countMax = 10_000

  private(set) var judge: TokenJudge
  private var known = ExpiringCache<SHA256Digest, VerifiedToken>(
    countMax: RememberingJudge.countMax)

  init(_ judge: TokenJudge) {
    self.judge = judge
  }

  /// How many tokens are remembered.
  var knownCount: Int { known.count }

  mutating func judge(_ token: BearerToken, at now: WallTime) -> TokenJudge.Judgement {
    let digest = RememberingJudge.digest(of: token)
    if let digest, let verified = known.value(for: digest, at: now) { return .good(verified) }
    let judgement = judge.judge(token, at: now)
    if let digest, case .good(let verified) = judgement {
      known.insert(
        verified, for: digest, until: verified.expiresAt + judge.clockSkew, at: now)
    }
    return judgement
  }

  /// From now on tokens are judged by `judge`.
  mutating func replace(with judge: TokenJudge) {
    self.judge = judge
    known.removeAll()
  }

  /// Nil for a token that is never accepted, and when OpenSSL fails: nothing is remembered then.
  private static func digest(of token: BearerToken) -> SHA256Digest? {
    guard token.text.utf8.count <= TokenVerifier.tokenSizeMax else { return nil }
    do {
      return try SHA256Digest(of: Array(token.text.utf8))
    } catch {
      return nil
    }
  }
}
