import GatewayTypes

extension GatewayMessage {
  /// The answer to the one whose change was accepted.
  init(_ result: WriteResult, of resource: Resource, to requestID: RequestID?) {
    switch (resource, result) {
    case (.note(let note), .updated(let updated, at: let time, let position)):
      self = .noteUpdateSuccess(
        note, updatedNote: updated, at: time, position, requestID: requestID)
    case (.note, .created(let created, at: let time)):
      self = .noteCreatedSuccess(noteData: created, at: time, requestID: requestID)
    case (.note(let note), .deleted(at: let time)):
      self = .noteDeletedSuccess(note, at: time, requestID: requestID)
    case (.folder(let folder), .updated(let updated, at: let time, _)):
      self = .folderUpdatedSuccess(
        folder, updatedFolder: updated, at: time, requestID: requestID)
    case (.folder, .created(let created, at: let time)):
      self = .folderCreatedSuccess(folderData: created, at: time, requestID: requestID)
    case (.folder(let folder), .deleted(at: let time)):
      self = .folderDeletedSuccess(folder, at: time, requestID: requestID)
    case (_, .refused):
      preconditionFailure("a refusal is an error message")
    }
  }
}
