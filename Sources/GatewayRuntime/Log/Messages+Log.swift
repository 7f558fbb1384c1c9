import GatewayLogic
import GatewayTypes
import GatewayWire

/// What of messages, requests and answers may stand in the log: what they are about, and nothing
/// that they hold.

extension Resource {
  var note: NoteID? {
    if case .note(let note) = self { note } else { nil }
  }

  var folder: FolderID? {
    if case .folder(let folder) = self { folder } else { nil }
  }
}

extension ClientRequest {
  var note: NoteID? {
    switch self {
    case .joinNote(let note), .leaveNote(let note): note
    case .change(let resource, _): resource.note
    case .authenticate, .ping: nil
    }
  }

  var folder: FolderID? {
    if case .change(let resource, _) = self { resource.folder } else { nil }
  }
}

extension Result<ClientMessage, ClientMessageError> {
  /// The message, where it is one.
  var message: ClientMessage? {
    if case .success(let message) = self { message } else { nil }
  }
}

extension GatewayMessage {
  /// Of an error.
  var errorCode: ErrorCode? {
    if case .error(let report) = self { report.code } else { nil }
  }
}

extension Audience {
  var note: NoteID? {
    switch self {
    case .room(let note), .userAndRoom(_, let note), .userAndDissolvedRoom(_, let note): note
    case .user: nil
    }
  }
}

extension UpstreamOutcome {
  var status: Int? {
    if case .answered(let answer) = self { answer.status } else { nil }
  }

  var failure: UpstreamFailure? {
    if case .failed(let failure) = self { failure } else { nil }
  }
}

extension UpstreamFailure: Loggable {
  package var logValue: LogValue? {
    switch self {
    case .notConnected: .text("not connected")
    case .brokenAnswer: .text("broken answer")
    case .timedOut: .text("timed out")
    case .answerTooLarge: .text("answer too large")
    case .queueFull: .text("queue full")
    }
  }
}
