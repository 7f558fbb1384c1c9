package import GatewayTypes

/// One change to a note or folder on its way to the upstream.
package struct Write: Hashable, Sendable {
  package let resource: Resource
  package let change: Change
  package internal(set) var writer: Writer
  /// Whether the upstream has refused it once for its token; the next time is the last.
  var isRetried = false

  package init(_ change: Change, of resource: Resource, by writer: Writer) {
    self.resource = resource
    self.change = change
    self.writer = writer
  }
}

/// Who asks for a write, and where the answer goes.
package struct Writer: Hashable, Sendable {
  package let user: UserID
  /// Sent to the upstream as the writer's identity.
  package internal(set) var token: BearerToken
  /// Which of the connection's tokens it is, or was known to do no more than: the first, the
  /// second, … A token that is presented again counts again.
  package internal(set) var tokenNumber: Int
  package let connection: ConnectionID
  package let operation: OperationID
  /// When the message came, for the one who measures.
  package let readAt: MonotonicTime

  package init(
    user: UserID, token: BearerToken, tokenNumber: Int = 1, connection: ConnectionID,
    operation: OperationID, readAt: MonotonicTime = MonotonicTime(nanoseconds: 0)
  ) {
    self.user = user
    self.token = token
    self.tokenNumber = tokenNumber
    self.connection = connection
    self.operation = operation
    self.readAt = readAt
  }
}

/// How a write ended, for its writer.
package enum WriteResult: Hashable, Sendable {
  /// The position means something for a note only.
  case updated(JSONText, at: WallTime, NotePosition)
  case created(JSONText, at: WallTime)
  case deleted(at: WallTime)
  /// Without the note's and the request's names, which the session knows.
  case refused(ErrorReport)
}

/// How the upstream answered, as far as logic needs to know.
package enum UpstreamReply: Hashable, Sendable {
  /// `json` is the body where that is one JSON value, without the white space around it; `message`
  /// the upstream's own words for people, where a refusal has short ones.
  case answered(status: Int, json: JSONText?, message: String?)
  case failed(UpstreamFailure)

  /// The upstream does not accept the token. Source: RFC 9110 section 15.5.2.
  var isUnauthorized: Bool {
    if case .answered(status: 401, _, _) = self { true } else { false }
  }
}
