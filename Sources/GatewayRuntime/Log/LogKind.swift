import GatewayLogic
import GatewayTypes

/// What others can bring about as often as they like, and is told once a second: a bounded number
/// of kinds, whatever they do.
enum LogKind: Hashable, Sendable {
  /// The process or the system has no descriptors or memory left.
  case acceptFailed
  case originRefused
  /// An upgrade on a path that is none of `websocket.paths`.
  case pathRefused
  case connectionRefused(ConnectionLimits.Refusal)
  case rateExceeded
  case slowReader
  /// A request to the notes API has no answer.
  case upstreamFailed(UpstreamFailure)
  /// It has one, after others had none.
  case upstreamRecovered
  /// It has one that says that the API is not well, or does not know the gateway.
  case upstreamRefused(status: StatusClass)
  case keysNotFetched
  case keysUnusable
  case keysMissing
  case publishRefused
  case serviceManagerNotTold

  enum StatusClass: Hashable, Sendable {
    /// 401 and 403 to the gateway's own token.
    case unauthorized
    /// 5xx.
    case failing
  }
}
