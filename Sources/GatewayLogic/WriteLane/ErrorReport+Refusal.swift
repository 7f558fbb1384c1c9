import GatewayTypes

extension ErrorReport {
  /// What the client is told when the upstream's reply was not the yes that was asked for.
  ///
  /// Of a write it may be unknown whether it was applied, and then it is called so; a look changes
  /// nothing. Source: PROTOCOL.md, "Error codes".
  init(refusing reply: UpstreamReply, isWrite: Bool, identity: UpstreamIdentity) {
    switch reply {
    case .answered(status: 401, _, _) where identity == .bearer:
      self.init(.tokenExpired)
    case .answered(status: 403, _, _), .answered(status: 404, _, _):
      self.init(.notFound)
    case .answered(status: let status, _, message: let message) where 400...499 ~= status:
      self.init(.upstreamRejected, message: message, status: status)
    case .answered(status: let status, _, _):
      let mayBeApplied = ErrorReport.mayHaveBeenApplied(status: status)
      self.init(.upstreamUnavailable, isOutcomeUnknown: isWrite && mayBeApplied)
    case .failed(.notConnected):
      self.init(.upstreamUnavailable)
    case .failed(.brokenAnswer), .failed(.answerTooLarge):
      self.init(.upstreamUnavailable, isOutcomeUnknown: isWrite)
    case .failed(.timedOut(mayHaveBeenSent: let mayHaveBeenSent)):
      self.init(.upstreamTimeout, isOutcomeUnknown: isWrite && mayHaveBeenSent)
    case .failed(.queueFull):
      self.init(.overloaded)
    }
  }

  /// Whether a server that answers so may have done what it was asked to.
  ///
  /// A 2xx gets here when its body was no JSON: it was done, but with what result nobody knows. A
  /// 3xx or 501 says that it was not. Any other 5xx says nothing, 503 included: proxies in front of
  /// an API send it as well when the API went away in the middle. Source: RFC 9110 section 15.
  private static func mayHaveBeenApplied(status: Int) -> Bool {
    switch status {
    case 200...299: true
    case 501: false
    case 500...599: true
    default: false
    }
  }
}
