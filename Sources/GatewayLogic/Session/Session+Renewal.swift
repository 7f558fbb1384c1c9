package import GatewayTypes

/// What waits for a token while there is none that the upstream accepts.
extension Session {
  /// The lane of `resource` has writes of this connection aside: the upstream did not accept
  /// `token`. Asks the client for another one, unless there is one already that has not run out.
  package mutating func renewalAsked(
    _ resource: Resource, refused token: BearerToken, at now: MonotonicTime,
    into effects: inout [SessionEffect]
  ) {
    guard let authentication else {
      effects.append(.withdrawn(resource))
      return
    }
    guard authentication.token == token || isExpired else {
      effects.append(.renewed(resource, authentication.token))
      return
    }
    asideAt.append(resource)
    if !isExpired { expire(authentication, at: now, into: &effects) }
  }

  /// There is another token: what waits for it goes on.
  mutating func goOn(with token: BearerToken, into effects: inout [SessionEffect]) {
    for resource in asideAt { effects.append(.renewed(resource, token)) }
    asideAt = []
    startRequests(into: &effects)
  }

  /// There will be no other token: answers what waits for one, here and in the lanes.
  mutating func refuseHeld(into effects: inout [SessionEffect]) {
    for held in requests.finishAll(about: Set(asideAt)) + requests.removeWaiting() {
      effects.append(.send(.error(ErrorReport(.tokenExpired, answering: held))))
    }
  }

  mutating func withdrawAll(into effects: inout [SessionEffect]) {
    for resource in asideAt { effects.append(.withdrawn(resource)) }
    asideAt = []
  }
}
