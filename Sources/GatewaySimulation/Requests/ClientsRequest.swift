import GatewayLogic
import GatewayTesting
import GatewayTypes

/// A write that a client makes by REST, from its sending to its end.
final class ClientsRequest {
  enum Target {
    case change(Resource, ProxiedWrite.Kind)
    /// A note or a folder, to which the upstream gives the name.
    case creation(ofNote: Bool)
  }

  /// How much of an answer that says yes is seen.
  enum Visibility {
    case whole
    /// Its body is encoded in a way that can't be decoded.
    case encoded
    /// It is larger than what is kept.
    case tooLarge
  }

  let number: Int
  let client: Int
  let user: UserID
  let token: BearerToken
  let target: Target
  let changes: JSONText
  /// `X-Connection-Id`.
  let exception: ConnectionID?
  let visibility: Visibility
  /// How long its client takes to send its body.
  let bodyTime: Duration
  /// What a creation has made.
  var created: Resource?

  /// Its client has sent all of it.
  var isWhole = false
  var isPassedOn = false
  /// Its client is not there any more.
  var isAbandoned = false
  /// Nothing comes back from the upstream any more.
  var isOver = false

  init(
    _ target: Target, number: Int, client: Int, user: UserID, token: BearerToken,
    changes: JSONText, exception: ConnectionID?, visibility: Visibility, bodyTime: Duration
  ) {
    self.number = number
    self.client = client
    self.user = user
    self.token = token
    self.target = target
    self.changes = changes
    self.exception = exception
    self.visibility = visibility
    self.bodyTime = bodyTime
    if case .change(_, .delete) = target { isWhole = true }
  }

  /// What it asks of the upstream.
  var step: UpstreamStep {
    switch target {
    case .change(_, .update): .update(changes: changes)
    case .change(_, .delete): .delete
    case .change(_, .create), .creation: .create(data: changes)
    }
  }

  var kind: ProxiedWrite.Kind {
    switch target {
    case .change(_, let kind): kind
    case .creation: .create
    }
  }

  /// The note or folder; nil for one that has no name yet.
  var resource: Resource? {
    switch target {
    case .change(let resource, _): resource
    case .creation: created
    }
  }

  /// For the lane of the note; nil while that has no name.
  func write(_ ticket: ProxyTicket) -> ProxiedWrite? {
    resource.map {
      ProxiedWrite(
        ticket: ticket, resource: $0, kind: kind, user: user, token: token, exception: exception)
    }
  }

  /// What a client that says things twice says of it on the WebSocket.
  func announcement(spelledAlike: Bool) -> ClientRequest? {
    guard let resource else { return nil }
    let text = spelledAlike ? changes.words : changes.words.replacing(":", with: " : ")
    switch kind {
    case .update: return .change(resource, .update(changes: .of(text)))
    case .create: return .change(resource, .create(data: changes))
    case .delete: return .change(resource, .delete)
    }
  }

  var words: String {
    "request \(number) of client \(client), \(step.words) of \(resource?.words ?? "something new")"
  }
}

extension String {
  fileprivate func replacing(_ character: Character, with text: String) -> String {
    reduce(into: "") { $0 += $1 == character ? text : String($1) }
  }
}
