package import GatewayTypes

/// A request that the notes API serves: `PUT /api/notes/{noteId}`.
package struct RouteTemplate: Hashable, Sendable {
  /// One part of the path between two slashes.
  package enum Segment: Hashable, Sendable {
    /// As it stands in the path, percent-encoding and all. Empty at the end of a path that ends
    /// with a slash.
    case literal(String)
    /// `{noteId}`, `{folderId}`: the name of the note or folder.
    case name
  }

  /// What stands in the file for a name.
  package enum Placeholder: String, Hashable, Sendable {
    case noteID = "{noteId}"
    case folderID = "{folderId}"
  }

  /// The HTTP method, in capitals.
  package let method: String
  /// At least one; the path is each of them behind a slash.
  package let segments: [Segment]
  package let placeholder: Placeholder

  /// The route of parts known to be right.
  package init(_ method: String, _ segments: [Segment], _ placeholder: Placeholder = .noteID) {
    self.method = method
    self.segments = segments
    self.placeholder = placeholder
  }

  /// The path for `resource`, which a route without a placeholder does not look at.
  package func path(for resource: Resource) -> String {
    path(name: resource.name)
  }

  /// The path with `name`, whatever it is, in the place of the placeholder.
  func path(name: String) -> String {
    var path = ""
    for segment in segments {
      path += "/"
      switch segment {
      case .literal(let text): path += text
      case .name: path += name
      }
    }
    return path
  }

  /// Whether both are the same request, whatever they call the name in it.
  func isSame(as other: RouteTemplate) -> Bool {
    method == other.method && segments == other.segments
  }
}

extension RouteTemplate.Segment: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) {
    self = .literal(text)
  }
}

extension RouteTemplate: CustomStringConvertible {
  /// As it is written in the file.
  package var description: String {
    "\(method) \(path(name: placeholder.rawValue))"
  }
}
