import GatewayLogic
import GatewayTransport
import GatewayTypes
import GatewayWire

/// A request that is to be watched, if its token is good.
struct UnverifiedWrite {
  let exchange: HTTPExchange
  let match: WatchedRoutes.Match
  let token: BearerToken
  /// Those by which it is passed on, whatever they are when its token is judged.
  let rules: ForwardingRules

  /// Nil for a request that changes nothing that others hear of, or has no token.
  init?(_ exchange: HTTPExchange, _ routes: WatchedRoutes?, _ rules: ForwardingRules) {
    let head = exchange.head
    guard let match = routes?.match(method: head.method, path: head.path),
      let token = head.bearerToken
    else { return nil }
    self.exchange = exchange
    self.match = match
    self.token = token
    self.rules = rules
  }
}

/// What the head of a watched request says.
struct WatchedWrite {
  let match: WatchedRoutes.Match
  let ticket: ProxyTicket
  let user: UserID
  let token: BearerToken
  let exception: ConnectionID?

  var isDeletion: Bool {
    if case .change(_, .delete) = match { true } else { false }
  }

  /// Of a change, nil for a creation.
  var proxied: ProxiedWrite? {
    guard case .change(let resource, let kind) = match else { return nil }
    return proxied(kind, resource)
  }

  /// Of a creation, nil for a change and where the answer's `id` is no name.
  func creation(of name: String) -> ProxiedWrite? {
    guard case .creation(let collection) = match else { return nil }
    return collection.resource(name).map { proxied(.create, $0) }
  }

  private func proxied(_ kind: ProxiedWrite.Kind, _ resource: Resource) -> ProxiedWrite {
    ProxiedWrite(
      ticket: ticket, resource: resource, kind: kind, user: user, token: token,
      exception: exception)
  }
}

extension RequestHead {
  /// The token of its only `Authorization`, if that is a bearer's. Source: RFC 6750 section 2.1.
  var bearerToken: BearerToken? {
    guard let value = fields.only("authorization") else { return nil }
    let scheme = value.prefix { $0 != UInt8(ascii: " ") }
    let token = value.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
    guard scheme.equalsIgnoringCase("bearer"), !token.isEmpty else { return nil }
    return BearerToken(String(decoding: token, as: UTF8.self))
  }

  /// The connection that its only `X-Connection-Id` names.
  var callersConnection: ConnectionID? {
    fields.only("x-connection-id").flatMap { ConnectionID(String(decoding: $0, as: UTF8.self)) }
  }
}
