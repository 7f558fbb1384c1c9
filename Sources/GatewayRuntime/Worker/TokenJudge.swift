import GatewayTokens
import GatewayTypes

/// Says of a client's token whose it is, in the terms of the session.
struct TokenJudge: Sendable {
  enum Judgement {
    case good(UserID, expiresAt: WallTime)
    /// `reason` is for the log and has nothing of the token.
    case bad(AuthenticationFailure, reason: String)
  }

  let verifier: TokenVerifier
  /// `authentication.clock_skew`.
  let clockSkew: Duration

  func judge(_ token: BearerToken, at now: WallTime) -> Judgement {
    do throws(TokenError) {
      let verified = try verifier.verify(token, at: now)
      return .good(verified.user, expiresAt: verified.expiresAt)
    } catch {
      return .bad(error.failure, reason: error.description)
    }
  }
}
