package import GatewayTypes

/// What waits for a token while there is none that the upstream accepts.
extension Session {
  /// The lane of `resource` has writes of this connection aside: the upstream did not accept
  /// `token`. Asks the client for another one, unless there is another one already.
  package mutating func renewalAsked(
    _ resource: Resource, refused token: BearerToken, at now: MonotonicTime,
    into effects: inout [SessionEffect]
  ) {
    guard let authentication else {
      effects.append(.withdrawn(resource))
      return
    }
    guard authentication.token == token else {
      effects.append(.renewed(resource, authentication.token))
      return
    }
    asideAt.insert(resource)
    if !isExpired { expire(authentication, at: now, into: &effects) }
  }

  /// There is another token: what waits for it goes on.
  mutating func goOn(with token: BearerToken, into effects: inout [SessionEffect]) {
    for resource in inOrder(asideAt) { effects.append(.renewed(resource, token)) }
    asideAt = []
    startRequests(into: &effects)
  }

  /// There will be no other token: answers what waits for one, here and in the lanes.
  mutating func refuseHeld(into effects: inout [SessionEffect]) {
    let aside = inOrder(asideAt).flatMap { requests.finishAll(about: $0) }
    for held in aside + requests.removeWaiting() {
      effects.append(.send(.error(ErrorReport(.tokenExpired, answering: held))))
    }
  }

  mutating func withdrawAll(into effects: inout [SessionEffect]) {
    for resource in inOrder(asideAt) { effects.append(.withdrawn(resource)) }
    asideAt = []
  }

  /// A set has another order in each process, and what happens must not depend on it.
  private func inOrder(_ resources: Set<Resource>) -> [Resource] {
    resources.sorted { $0.name < $1.name }
  }
}
