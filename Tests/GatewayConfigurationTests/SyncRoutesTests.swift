import GatewayConfiguration
import Testing

@Suite("The keys sync_writes and sync_routes of proxy")
struct SyncRoutesTests {
  private static let pair = "a pair such as \"POST /api/notes/{noteId}/star\": note_sync"

  @Test func `are read with what the others hear of each request`() throws {
    let yaml = """
      proxy:
        sync_writes: false
        sync_routes:
          - "POST /api/notes/{noteId}/star": note_sync
          - "POST /trash/{noteId}": note_deleted
          - PUT /api/folders/{folderId}/color: folder_updated
          - "DELETE /old/{folderId}": folder_deleted
      """
    let proxy = try read(yaml).get().proxy
    #expect(!proxy.syncsWrites)
    #expect(
      proxy.syncRoutes.map(\.event) == [
        .noteSync, .noteDeleted, .folderUpdated, .folderDeleted,
      ])
    #expect(
      proxy.syncRoutes.map(\.route.description) == [
        "POST /api/notes/{noteId}/star", "POST /trash/{noteId}",
        "PUT /api/folders/{folderId}/color", "DELETE /old/{folderId}",
      ])
  }

  @Test(arguments: [
    Refusal(
      "proxy: {sync_routes: [{\"POST /a/{noteId}\": note_created}]}",
      "f:1:44: proxy.sync_routes[0]: \"note_created\" is not one of them; expected note_sync, "
        + "note_deleted, folder_updated or folder_deleted"),
    Refusal(
      "proxy: {sync_routes: [{\"POST /a/{noteId}\": folder_updated}]}",
      "f:1:24: proxy.sync_routes[0]: \"POST /a/{noteId}\" has braces that are not a whole "
        + "{folderId} between slashes; expected METHOD /path with one {folderId}, such as "
        + "PUT /api/notes/{folderId}"),
    Refusal(
      "proxy: {sync_routes: [{\"POST /a\": note_sync}]}",
      "f:1:24: proxy.sync_routes[0]: \"POST /a\" has no {noteId}; expected METHOD /path with one "
        + "{noteId}, such as PUT /api/notes/{noteId}"),
    Refusal(
      "proxy: {sync_routes: [\"POST /a/{noteId}\"]}",
      "f:1:23: proxy.sync_routes[0]: is not one key and its value; expected \(pair)"),
    Refusal(
      "proxy: {sync_routes: [{\"POST /a/{noteId}\": note_sync, b: note_sync}]}",
      "f:1:23: proxy.sync_routes[0]: is not one key and its value; expected \(pair)"),
    Refusal(
      "proxy: {sync_routes: note_sync}",
      "f:1:22: proxy.sync_routes: is a single value; expected a list of 0 to 256, each \(pair)"),
    Refusal(
      "proxy: {sync_routes: [{\"PUT /api/notes/{noteId}\": note_sync}]}",
      "f:1:22: proxy.sync_routes: \"PUT /api/notes/{noteId}\" is there twice, or in "
        + "upstream.routes; expected routes that differ"),
    Refusal(
      "proxy: {sync_routes: [{\"PUT /a/{noteId}\": note_sync}, {\"PUT /a/{noteId}\": note_sync}]}",
      "f:1:22: proxy.sync_routes: \"PUT /a/{noteId}\" is there twice, or in upstream.routes; "
        + "expected routes that differ"),
  ])
  func `are refused where they say nothing that could be done`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }
}
