import GatewayLogic
import GatewayTypes

// Messages and what is in them, short enough for a trace.

extension Resource {
  var words: String {
    switch self {
    case .note(let note): note.text
    case .folder(let folder): "folder \(folder.text)"
    }
  }
}

extension Change {
  var words: String {
    switch self {
    case .update(let changes): "update \(changes.words)"
    case .refresh: "refresh"
    case .create: "create"
    case .delete: "delete"
    }
  }
}

extension UpstreamStep {
  var words: String {
    switch self {
    case .look: "look"
    case .update(let changes): "update \(changes.words)"
    case .create: "create"
    case .delete: "delete"
    }
  }
}

extension UpstreamReply {
  var words: String {
    switch self {
    case .answered(status: let status, json: let json, _): "\(status) \(json?.words ?? "")"
    case .failed(let failure): "\(failure)"
    }
  }
}

extension ClientRequest {
  var words: String {
    switch self {
    case .authenticate(let token): "auth \(token.text)"
    case .joinNote(let note): "join \(note.text)"
    case .leaveNote(let note): "leave \(note.text)"
    case .change(let resource, let change): "\(change.words) of \(resource.words)"
    case .ping: "ping"
    }
  }
}

extension JSONText {
  var words: String { String(decoding: bytes, as: UTF8.self) }
}

extension ConnectionID {
  var words: String { "w\(worker)/\(slot)/\(generation)" }
}

extension NotePosition {
  var words: String { "\(sequence) of epoch \(epoch)" }
}

extension GatewayMessage {
  var words: String {
    switch self {
    case .connectionEstablished: "connection_established"
    case .authSuccess(_, _, _, _, let name): "auth_success\(name.words)"
    case .authFailed(let failure, let name): "auth_failed \(failure.rawValue)\(name.words)"
    case .noteJoined(let note, let position, let name):
      "note_joined \(note.text) at \(position.words)\(name.words)"
    case .noteLeft(let note, let name): "note_left \(note.text)\(name.words)"
    case .goingAway(let time): "going away, back in \(time)"
    case .pong(_, let name): "pong\(name.words)"
    case .error(let report):
      "error \(report.code.rawValue)\(report.requestID.words) \(report.noteID?.text ?? "")"
    default: writeWords
    }
  }

  private var writeWords: String {
    switch self {
    case .noteUpdateSuccess(_, let body, _, let position, let name):
      "note_update_success \(body.words) at \(position.words)\(name.words)"
    case .noteCreatedSuccess(let body, _, let name):
      "note_created_success \(body.words)\(name.words)"
    case .noteDeletedSuccess(let note, _, let name):
      "note_deleted_success \(note.text)\(name.words)"
    case .noteSync(_, _, let body, _, _, let position):
      "note_sync \(body.words) at \(position.words)"
    case .noteCreatedSync(let body, _, _): "note_created_sync \(body.words)"
    case .noteDeletedSync(let note, _, _): "note_deleted_sync \(note.text)"
    case .folderCreatedSuccess(let body, _, let name):
      "folder_created_success \(body.words)\(name.words)"
    case .folderUpdatedSuccess(_, let body, _, let name):
      "folder_updated_success \(body.words)\(name.words)"
    case .folderDeletedSuccess(let folder, _, let name):
      "folder_deleted_success \(folder.text)\(name.words)"
    case .folderCreatedSync(let body, _, _): "folder_created_sync \(body.words)"
    case .folderUpdatedSync(_, _, let body, _, _): "folder_updated_sync \(body.words)"
    case .folderDeletedSync(let folder, _, _): "folder_deleted_sync \(folder.text)"
    default: ""
    }
  }
}

extension RequestID? {
  /// The answer's request, behind a word; nothing if there is none.
  fileprivate var words: String { self.map { " to \($0.json.words)" } ?? "" }
}
