import GatewayLogic
import GatewayTesting
import GatewayTypes

/// A request of the gateway to the upstream, from its sending to its end.
final class UpstreamCall {
  enum Question {
    case write(UpstreamStep, Write)
    case check(JoinRequest)
    /// What has come of a client's own request?
    case look(ProxiedWrite)
    /// A client's own request, and its number on its worker if it is watched there.
    case client(ClientsRequest, UInt64?)
  }

  let question: Question
  let worker: Int
  /// How often the note had been deleted by then.
  let deletionCount: Int
  /// How the upstream answered; nil until it has.
  var reply: UpstreamReply?
  /// The gateway has heard of its end, or has given up.
  var isOver = false

  init(_ question: Question, from worker: Int, deletionCount: Int) {
    self.question = question
    self.worker = worker
    self.deletionCount = deletionCount
  }

  /// Nil for what has no name yet.
  var resource: Resource? {
    switch question {
    case .write(_, let write): write.resource
    case .check(let join): .note(join.note)
    case .look(let write): write.resource
    case .client(let request, _): request.resource
    }
  }

  var user: UserID {
    switch question {
    case .write(_, let write): write.writer.user
    case .check(let join): join.user
    case .look(let write): write.user
    case .client(let request, _): request.user
    }
  }

  var token: BearerToken {
    switch question {
    case .write(_, let write): write.writer.token
    case .check(let join): join.token
    case .look(let write): write.token
    case .client(let request, _): request.token
    }
  }

  var step: UpstreamStep {
    switch question {
    case .write(let step, _): step
    case .check, .look: .look
    case .client(let request, _): request.step
    }
  }

  /// What is asked and for whom, in the trace.
  var words: String {
    switch question {
    case .write(let step, let write):
      "\(step.words) of \(write.resource.words) for \(write.writer.connection.words) "
        + "by \(token.text)"
    case .check(let join):
      "look of \(join.note.text) for a join of \(join.connection.words) by \(token.text)"
    case .look(let write):
      "look of \(write.resource.words) for a request of \(write.token.text)"
    case .client(let request, _):
      "\(request.words) by \(token.text)"
    }
  }
}

/// What the upstream answers when a note or folder stands at the `version`th change of its log.
/// Each change has its own.
func upstreamBody(of resource: Resource, version: Int) -> JSONText {
  let kind =
    switch resource {
    case .note: "note"
    case .folder: "folder"
    }
  return .of("{\"id\":\"\(resource.name)\",\"kind\":\"\(kind)\",\"v\":\(version)}")
}
