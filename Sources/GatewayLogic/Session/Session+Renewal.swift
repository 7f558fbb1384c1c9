package import GatewayTypes

/// What waits for a token while there is none that the upstream accepts.
extension Session {
  /// A write of this connection waits in the lane of `resource` until there is another token than
  /// `token`. With `isRefused` the upstream did not accept that one: the client is asked for
  /// another one, unless there is one already that has not run out.
  package mutating func setAside(
    _ operation: OperationID, of resource: Resource, token: BearerToken, isRefused: Bool,
    at now: MonotonicTime, into effects: inout [SessionEffect]
  ) {
    guard let authentication else {
      effects.append(.withdrawn(resource))
      return
    }
    if authentication.token != token, !isExpired {
      // The lane has been told already, unless it did not know that it had to ask.
      if isRefused { effects.append(.renewed(resource, authentication.token)) }
      return
    }
    requests.setAside(operation)
    if !asideAt.contains(resource) { asideAt.append(resource) }
    if !isExpired { expire(authentication, at: now, into: &effects) }
  }

  /// What is under way may have to wait in its lane: the lanes are told.
  mutating func holdStartedWrites(into effects: inout [SessionEffect]) {
    for resource in requests.startedWriteResources {
      if !asideAt.contains(resource) { asideAt.append(resource) }
      effects.append(.expired(resource))
    }
  }

  /// There is another token: what waits for it goes on.
  mutating func goOn(with token: BearerToken, into effects: inout [SessionEffect]) {
    requests.goOn()
    for resource in asideAt { effects.append(.renewed(resource, token)) }
    asideAt = []
    startRequests(into: &effects)
  }

  /// There will be no other token: answers what waits for one, here and in the lanes.
  mutating func refuseHeld(into effects: inout [SessionEffect]) {
    for held in requests.removeHeld() {
      effects.append(.send(.error(ErrorReport(.tokenExpired, answering: held))))
    }
  }

  mutating func withdrawAll(into effects: inout [SessionEffect]) {
    for resource in asideAt { effects.append(.withdrawn(resource)) }
    asideAt = []
  }
}
