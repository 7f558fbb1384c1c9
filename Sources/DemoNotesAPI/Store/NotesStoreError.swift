package import GatewayTypes

/// Why the store did not do what was asked.
package enum NotesStoreError: Error, Equatable, Sendable {
  /// There is no such note, or it is another user's.
  case notFound
  /// A note of that `id` is there.
  case exists
  case notJSON(position: Int)
  case notAnObject
  case idNotText
  case badID(ResourceNameError)
  case tooManyMembers
  case noteTooLarge(sizeMax: Int)
  case tooManyNotes
  /// The notes of all users together have as many bytes as they may.
  case full
}

extension NotesStoreError: CustomStringConvertible {
  /// For the client.
  package var description: String {
    switch self {
    case .notFound: "There is no such note"
    case .exists: "A note with this id is there already"
    case .notJSON(let position): "The body is not JSON, at byte \(position)"
    case .notAnObject: "The body must be a JSON object"
    case .idNotText: "id must be a string"
    case .badID(let error): "id \(error)"
    case .tooManyMembers: "A note may have at most \(Note.memberCountMax) members"
    case .noteTooLarge(let sizeMax): "A note may have at most \(sizeMax) bytes"
    case .tooManyNotes: "There are as many notes as one user may have"
    case .full: "There is no room for more"
    }
  }
}
