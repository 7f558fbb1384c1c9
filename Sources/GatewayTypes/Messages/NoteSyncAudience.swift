/// Who hears of an updated note. The raw value is its spelling in the
/// configuration file.
package enum NoteSyncAudience: String, CaseIterable, Hashable, Sendable {
  /// The connections that have joined it.
  case room
  /// And all connections of the writer.
  case user
}
