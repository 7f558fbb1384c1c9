package import GatewayTypes

extension ClientRequest {
  /// `note_update`.
  package static func updateNote(_ note: NoteID, changes: JSONText) -> ClientRequest {
    .change(.note(note), .update(changes: changes))
  }

  /// `note_created`.
  package static func createNote(_ note: NoteID, noteData: JSONText) -> ClientRequest {
    .change(.note(note), .create(data: noteData))
  }

  /// `note_deleted`.
  package static func deleteNote(_ note: NoteID) -> ClientRequest {
    .change(.note(note), .delete)
  }
}
