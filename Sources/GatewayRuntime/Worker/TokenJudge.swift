import GatewayTokens
import GatewayTypes

/// What tokens are judged by at one time: rules and keys. Immutable, replaced whole.
struct TokenJudge: Sendable {
  enum Judgement {
    case good(VerifiedToken)
    /// No key verifies it, but one that is fetched might. `reason` as below.
    case keyMissing(reason: String)
    /// `reason` is for the log and has nothing of the token.
    case bad(AuthenticationFailure, reason: String)
  }

  let verifier: TokenVerifier
  /// `authentication.clock_skew`.
  let clockSkew: Duration
  /// Whether there is an `authentication.keys.jwks_url`.
  let fetchesKeys: Bool

  func judge(_ token: BearerToken, at now: WallTime) -> Judgement {
    do throws(TokenError) {
      return .good(try verifier.verify(token, at: now))
    } catch {
      return fetchesKeys && error.isForWantOfKey
        ? .keyMissing(reason: error.description)
        : .bad(error.failure, reason: error.description)
    }
  }

  /// The same rules with the keys of files, which this judge has, and those that were fetched.
  func withFetched(_ keys: [VerificationKey]) -> TokenJudge {
    TokenJudge(
      verifier: TokenVerifier(
        rules: verifier.rules, keys: verifier.keys.completed(with: keys)),
      clockSkew: clockSkew, fetchesKeys: fetchesKeys)
  }
}
