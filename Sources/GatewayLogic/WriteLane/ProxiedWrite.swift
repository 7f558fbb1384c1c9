package import GatewayTypes

/// A watched request by its number on the worker that has its client.
package struct ProxyTicket: Hashable, Sendable {
  package let worker: UInt16
  package let number: UInt64

  package init(worker: UInt16, number: UInt64) {
    self.worker = worker
    self.number = number
  }
}

/// One change to a note or folder that a client makes by REST, through the gateway.
///
/// The lane says when it may go on; what it asks and what it is answered is between its client and
/// the upstream. Source: PROXY.md, "Writes that sync".
package struct ProxiedWrite: Hashable, Sendable {
  /// What the others hear of it.
  package enum Kind: Hashable, Sendable {
    case update
    /// Has no name before it is answered, and so does not wait in a lane.
    case create
    case delete
  }

  package let ticket: ProxyTicket
  package let resource: Resource
  package let kind: Kind
  package let user: UserID
  /// To look what there is afterwards, in the name of the one who wrote.
  package let token: BearerToken
  /// The caller's own connection, by its own account: it hears no sync if it is the user's.
  package let exception: ConnectionID?

  package init(
    ticket: ProxyTicket, resource: Resource, kind: Kind, user: UserID, token: BearerToken,
    exception: ConnectionID?
  ) {
    self.ticket = ticket
    self.resource = resource
    self.kind = kind
    self.user = user
    self.token = token
    self.exception = exception
  }

  package var author: Author { Author(user: user, connection: exception) }
}

/// How a proxied write ended.
package enum ProxiedOutcome: Hashable, Sendable {
  /// The upstream did not say yes: nobody hears of it.
  case notAccepted
  /// It said yes. `changes` is an object; `answer` is nil where it was not JSON.
  case accepted(changes: JSONText, answer: JSONText?)
  /// It said yes, and what to is not at hand: the others hear what it has now. `changes` is nil
  /// where they are not at hand either.
  case acceptedUnseen(changes: JSONText?)
}
