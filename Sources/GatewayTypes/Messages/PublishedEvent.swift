/// Something that the API did by itself, as it says so, and that clients are to hear of.
///
/// Source: OPERATIONS.md, "The admin listener".
package struct PublishedEvent: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// Both are JSON objects.
    case updated(changes: JSONText, to: JSONText)
    /// An object that has the name of `resource` as its `id`.
    case created(JSONText)
    case deleted
  }

  package let content: Content
  package let resource: Resource
  /// Who did it.
  package let from: UserID
  /// Whose devices hear of what goes to a user's devices.
  package let devicesOf: UserID

  package init(_ content: Content, of resource: Resource, from: UserID, devicesOf: UserID) {
    self.content = content
    self.resource = resource
    self.from = from
    self.devicesOf = devicesOf
  }
}
