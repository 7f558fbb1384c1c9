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

  /// An answer to what an envelope holds, whether that is a message or not.
  init(_ code: ErrorCode, answering content: Result<ClientMessage, ClientMessageError>) {
    switch content {
    case .success(let message):
      self.init(code, answering: message)
    case .failure(let error):
      self.init(code, noteID: error.noteID, requestID: error.requestID)
    }
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

extension SignedMessage {
  var isAuthentication: Bool {
    guard case .success(let message) = content, case .authenticate = message.request else {
      return false
    }
    return true
  }
}
