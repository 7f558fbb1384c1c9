import GatewayTypes

/// What others hear of an updated note beyond what its writer sent, and who they are.
struct SyncRules: Sendable {
  /// `websocket.note_sync_audience`.
  let noteAudience: NoteSyncAudience
  /// `websocket.changes_include`.
  let changesInclude: [String]
}
