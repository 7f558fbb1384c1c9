package import GatewayTypes

extension NoteID {
  /// The note of this name, which the test knows to be a good one.
  package static func named(_ text: String) -> NoteID {
    do {
      return try NoteID(text)
    } catch {
      preconditionFailure("the fixture '\(text)' is a note's name: \(error)")
    }
  }
}

extension FolderID {
  /// The folder of this name, which the test knows to be a good one.
  package static func named(_ text: String) -> FolderID {
    do {
      return try FolderID(text)
    } catch {
      preconditionFailure("the fixture '\(text)' is a folder's name: \(error)")
    }
  }
}

extension UserID {
  /// The user of this name, which the test knows to be a good one.
  package static func named(_ text: String) -> UserID {
    guard let user = UserID(text) else {
      preconditionFailure("the fixture '\(text)' is a user's name")
    }
    return user
  }
}

extension ConnectionID {
  /// The connection in this slot of this worker.
  package static func numbered(_ slot: UInt32, worker: UInt16 = 0) -> ConnectionID {
    ConnectionID(worker: worker, slot: slot, generation: 1, nonce: UInt64(slot) + 1)
  }
}

extension JSONText {
  /// `text` as it is, which the test knows to be JSON.
  package static func of(_ text: String) -> JSONText {
    JSONText(unchecked: Array(text.utf8))
  }
}

extension RequestID {
  /// The request of this name, which has no character that JSON escapes.
  package static func named(_ text: String) -> RequestID {
    RequestID(unchecked: .of("\"\(text)\""))
  }
}
