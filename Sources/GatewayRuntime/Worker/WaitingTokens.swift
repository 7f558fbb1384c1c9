import GatewayTypes

/// Tokens that no key verifies yet, and whose connections wait until it is known whether a new key
/// does. A connection has one at most.
struct WaitingTokens {
  struct Entry {
    let connection: ConnectionID
    let token: BearerToken
    let requestID: RequestID?
    /// The connection is authenticated.
    let isRenewal: Bool
  }

  private var strangers: [ConnectionID: Entry] = [:]
  private var renewals: [ConnectionID: Entry] = [:]

  var count: Int { strangers.count + renewals.count }

  /// Returns whether it is the first of its kind: the others are answered together with it.
  mutating func insert(_ entry: Entry) -> Bool {
    if entry.isRenewal {
      renewals[entry.connection] = entry
      return renewals.count == 1
    }
    strangers[entry.connection] = entry
    return strangers.count == 1
  }

  /// The connection has gone.
  mutating func remove(_ connection: ConnectionID) {
    strangers[connection] = nil
    renewals[connection] = nil
  }

  /// Takes out those of strangers, and the renewals too or not.
  mutating func take(renewalsToo: Bool) -> [Entry] {
    defer {
      strangers = [:]
      if renewalsToo { renewals = [:] }
    }
    return Array(strangers.values) + (renewalsToo ? Array(renewals.values) : [])
  }
}
