package import GatewayTypes

/// A request that the notes API serves: `PUT /api/notes/{noteId}`.
package struct RouteTemplate: Hashable, Sendable {
  /// One part of the path between two slashes.
  package enum Segment: Hashable, Sendable {
    /// As it stands in the path, percent-encoding and all. Empty at the end of a path that ends
    /// with a slash.
    case literal(String)
    /// `{noteId}`: the name of the note.
    case noteID
  }

  /// The HTTP method, in capitals.
  package let method: String
  /// At least one; the path is each of them behind a slash.
  package let segments: [Segment]

  /// The route of parts known to be right.
  package init(_ method: String, _ segments: [Segment]) {
    self.method = method
    self.segments = segments
  }

  /// The path for the note `noteID`, which a route without `{noteId}` does not look at.
  package func path(for noteID: NoteID) -> String {
    path(noteID: noteID.text)
  }

  /// The path with `noteID`, whatever it is, in the place of `{noteId}`.
  func path(noteID: String) -> String {
    var path = ""
    for segment in segments {
      path += "/"
      switch segment {
      case .literal(let text): path += text
      case .noteID: path += noteID
      }
    }
    return path
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
    "\(method) \(path(noteID: "{noteId}"))"
  }
}
