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

  /// What it holds, which is its own and `expire`'s to change.
  var flight: UpstreamFlight { get set }

  /// Its turn has come.
  func start(on httpClient: UnsafeMutablePointer<ng_http_client>, settings: UpstreamSettings)

  /// Ends itself, and tells why.
  func fail(_ failure: UpstreamFailure)

  /// Gives up what it holds of libcurl and the loop: nothing of it runs any more. Returns whether
  /// something of it may have reached the upstream.
  func release() -> Bool

  /// Tells that it has come to nothing, after its release.
  func giveUp(_ failure: UpstreamFailure)
}

extension UpstreamVisitor {
  /// Ends itself after `timeout` from now, in place of what was said before.
  func expire(after timeout: Duration, on loop: Loop) {
    // Unowned: it owns the timer.
    flight.expire(after: timeout, on: loop) { [unowned self] in
      fail(.timedOut(mayHaveBeenSent: flight.mayHaveBeenSent))
    }
  }
}
