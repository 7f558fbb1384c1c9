package import GatewayTypes

/// What waits for a token while there is none that the upstream accepts.
extension Session {
  /// A write of this connection waits in the lane of `resource` until there is a newer token than
  /// that of `tokenNumber`. With `isRefused` the upstream did not accept that one, and the client
  /// is asked for another one, unless it has given one already.
  package mutating func setAside(
    _ operation: OperationID, of resource: Resource, tokenNumber: Int, isRefused: Bool,
    at now: MonotonicTime, into effects: inout [SessionEffect]
  ) {
    guard let authentication else {
      effects.append(.withdrawn(resource))
      return
    }
    guard tokenNumber == authentication.tokenNumber else {
      // The lane did not know of the newest token, or does by now.
      if isRefused { tell(resource, of: authentication, into: &effects) }
      return
    }
    if !isExpired { expire(authentication, at: now, into: &effects) }
    requests.setAside(operation)
  }

  private func tell(
    _ resource: Resource, of authentication: Authentication, into effects: inout [SessionEffect]
  ) {
    let number = authentication.tokenNumber
    effects.append(
      isExpired
        ? .expired(resource, tokenNumber: number)
        : .renewed(resource, authentication.token, tokenNumber: number))
  }

  /// What is under way may have to wait in its lane: the lanes are told.
  mutating func holdStartedWrites(
    _ authentication: Authentication, into effects: inout [SessionEffect]
  ) {
    asideAt = requests.startedWriteResources
    for resource in asideAt {
      effects.append(.expired(resource, tokenNumber: authentication.tokenNumber))
    }
  }

  /// There is another token: what waits for it goes on.
  mutating func goOn(
    with authentication: Authentication, into effects: inout [SessionEffect]
  ) {
    requests.goOn()
    for resource in asideAt { tell(resource, of: authentication, into: &effects) }
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
