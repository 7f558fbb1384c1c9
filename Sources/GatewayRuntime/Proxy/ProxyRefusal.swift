import GatewayTypes

/// What a client is told of a request that has no answer of the upstream.
///
/// Source: PROXY.md, "Pass-through" (502, 503, 504).
struct ProxyRefusal: Hashable {
  let status: Int
  let code: ErrorCode
  let message: String

  init(_ failure: UpstreamFailure) {
    switch failure {
    case .notConnected:
      self.init(502, .upstreamUnavailable, "There is no connection to the API")
    case .brokenAnswer, .answerTooLarge:
      self.init(502, .upstreamUnavailable, "The API gave no answer that can be passed on")
    case .timedOut:
      self.init(504, .upstreamTimeout, "The API did not answer in time")
    case .queueFull:
      self.init(503, .overloaded, "Too many requests wait for the API already")
    }
  }

  private init(_ status: Int, _ code: ErrorCode, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }
}
