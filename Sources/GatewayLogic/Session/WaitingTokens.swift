package import GatewayTypes

/// Tokens that no key verifies yet, and whose connections wait until it is known whether a new key
/// does. A connection has one at most.
package struct WaitingTokens {
  package struct Entry {
    package let connection: ConnectionID
    package let token: BearerToken
    package let requestID: RequestID?
    /// The connection is authenticated.
    package let isRenewal: Bool

    package init(
      connection: ConnectionID, token: BearerToken, requestID: RequestID?, isRenewal: Bool
    ) {
      self.connection = connection
      self.token = token
      self.requestID = requestID
      self.isRenewal = isRenewal
    }
  }

  private var strangers: [ConnectionID: Entry] = [:]
  private var renewals: [ConnectionID: Entry] = [:]

  package init() {}

  package var count: Int { strangers.count + renewals.count }

  /// Returns whether it is the first of its kind: the others are answered together with it.
  package mutating func insert(_ entry: Entry) -> Bool {
    if entry.isRenewal {
      renewals[entry.connection] = entry
      return renewals.count == 1
    }
    strangers[entry.connection] = entry
    return strangers.count == 1
  }

  /// The connection has gone.
  package mutating func remove(_ connection: ConnectionID) {
    strangers[connection] = nil
    renewals[connection] = nil
  }

  /// Takes out those of this asker and of the less patient.
  package mutating func take(upTo asker: KeyAsker) -> [Entry] {
    var taken: [Entry] = []
    if asker >= .stranger {
      taken += strangers.values
      strangers = [:]
    }
    if asker >= .renewal {
      taken += renewals.values
      renewals = [:]
    }
    return taken
  }
}
