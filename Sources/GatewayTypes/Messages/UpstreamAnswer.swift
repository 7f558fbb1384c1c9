/// How a request to the upstream ended.
package enum UpstreamOutcome: Hashable, Sendable {
  case answered(UpstreamAnswer)
  case failed(UpstreamFailure)
}

/// A whole answer of the upstream.
package struct UpstreamAnswer: Hashable, Sendable {
  /// The HTTP status, 200 to 599.
  package let status: Int
  package let body: [UInt8]

  package init(status: Int, body: [UInt8]) {
    self.status = status
    self.body = body
  }
}

/// Why a request to the upstream has no whole answer.
package enum UpstreamFailure: Hashable, Sendable {
  /// It never reached the upstream: no connection, no TLS, nothing was sent.
  case notConnected
  /// It may have reached the upstream, and the answer broke off or was not HTTP.
  case brokenAnswer
  /// No answer within `upstream.request_timeout`; `mayHaveBeenSent` is false when not even a
  /// connection was there in time.
  case timedOut(mayHaveBeenSent: Bool)
  /// The answer was larger than the gateway keeps.
  case answerTooLarge
  /// `upstream.queue` requests wait for a connection already.
  case queueFull
}
