import CHTTPClient
import GatewayLoop
import GatewayTypes

/// A request as an `UpstreamClient` sees it: it waits, is in flight, and is over.
///
/// Thread: the loop's.
protocol UpstreamVisitor: AnyObject {
  /// Whether it is passed on, so that its client has a say in how long it takes.
  var isGuest: Bool { get }

  /// What went wrong, for people; empty where nothing has.
  var reason: String { get }

  /// Ends itself after `timeout` from now, in place of what was said before.
  func expire(after timeout: Duration, on loop: Loop)

  /// Its turn has come.
  func start(on httpClient: UnsafeMutablePointer<ng_http_client>, settings: UpstreamSettings)

  /// Gives up what it holds of libcurl and the loop: nothing of it runs any more. Returns whether
  /// something of it may have reached the upstream.
  func release() -> Bool

  /// Tells that it has come to nothing, after its release.
  func giveUp(_ failure: UpstreamFailure)
}
