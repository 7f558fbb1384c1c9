/// A request that changes a note or folder in another way than `upstream.routes` say, and what
/// others hear of it: one entry of `proxy.sync_routes`.
package struct SyncRoute: Hashable, Sendable {
  /// The raw value is its spelling in the file.
  package enum Event: String, CaseIterable, Hashable, Sendable {
    case noteSync = "note_sync"
    case noteDeleted = "note_deleted"
    case folderUpdated = "folder_updated"
    case folderDeleted = "folder_deleted"

    /// What its route names.
    package var placeholder: RouteTemplate.Placeholder {
      switch self {
      case .noteSync, .noteDeleted: .noteID
      case .folderUpdated, .folderDeleted: .folderID
      }
    }
  }

  /// With one placeholder.
  package let route: RouteTemplate
  package let event: Event

  package init(_ route: RouteTemplate, _ event: Event) {
    self.route = route
    self.event = event
  }
}
