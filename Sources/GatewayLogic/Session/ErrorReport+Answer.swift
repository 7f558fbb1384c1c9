import GatewayTypes

extension ErrorReport {
  /// `report` as the answer to `message`: with its note's and its own name.
  init(_ report: ErrorReport, answering message: ClientMessage) {
    self = report
    noteID = message.request.noteID
    requestID = message.requestID
  }

  /// An answer to `message` with the text `text`, or the code's default.
  init(_ code: ErrorCode, message text: String? = nil, answering message: ClientMessage) {
    self.init(
      code, message: text, noteID: message.request.noteID, requestID: message.requestID)
  }

  /// What the sender of something that is no message is told.
  init(_ error: ClientMessageError) {
    let code: ErrorCode =
      switch error.kind {
      case .invalidJSON: .invalidJSON
      case .invalidMessage: .invalidMessage
      case .unknownType: .unknownType
      }
    self.init(code, message: error.reason, noteID: error.noteID, requestID: error.requestID)
  }
}

extension ClientRequest {
  fileprivate var noteID: NoteID? {
    if case .note(let note) = resource { note } else { nil }
  }
}
