extension Configuration {
  /// `upstream`: the notes API behind the gateway, and how it is asked.
  package struct Upstream: Equatable, Sendable {
    /// `url`: required in a file.
    package var url: UpstreamURL
    /// `ca_file`: PEM certificates that may sign the upstream's, in place of the system's own;
    /// absolute when read from a file. It means nothing to an http upstream.
    package var caFile: String?
    /// `connect_timeout`: 1 ms to 365 days.
    package var connectTimeout: Duration
    /// `idle_timeout`: a connection kept alive longer is not used again, 1 ms to 365 days.
    package var idleTimeout: Duration
    /// `request_timeout`: from the request's start to its answer's end, 1 ms to 365 days.
    package var requestTimeout: Duration
    /// `max_connections`: per worker, 1 to 65535.
    package var connectionsMax: Int
    /// `queue`: requests that wait for a connection, per worker, 0 to 1048576.
    package var queueCountMax: Int
    /// `routes`.
    package var routes: Routes

    package init(
      url: UpstreamURL, caFile: String? = nil, connectTimeout: Duration = .seconds(2),
      idleTimeout: Duration = .seconds(4), requestTimeout: Duration = .seconds(10),
      connectionsMax: Int = 64, queueCountMax: Int = 1024, routes: Routes = Routes()
    ) {
      self.url = url
      self.caFile = caFile
      self.connectTimeout = connectTimeout
      self.idleTimeout = idleTimeout
      self.requestTimeout = requestTimeout
      self.connectionsMax = connectionsMax
      self.queueCountMax = queueCountMax
      self.routes = routes
    }
  }
}

extension Configuration.Upstream {
  /// `upstream.routes`: what the gateway asks of the notes API, and how it knows the same requests
  /// when clients make them by themselves. No two of them are the same.
  package struct Routes: Equatable, Sendable {
    /// `get_note`, with one `{noteId}`.
    package var getNote: RouteTemplate
    /// `create_note`, without `{noteId}`: the upstream gives the name.
    package var createNote: RouteTemplate
    /// `update_note`, with one `{noteId}`.
    package var updateNote: RouteTemplate
    /// `delete_note`, with one `{noteId}`.
    package var deleteNote: RouteTemplate

    package init(
      getNote: RouteTemplate = RouteTemplate("GET", ["api", "notes", .noteID]),
      createNote: RouteTemplate = RouteTemplate("POST", ["api", "notes"]),
      updateNote: RouteTemplate = RouteTemplate("PUT", ["api", "notes", .noteID]),
      deleteNote: RouteTemplate = RouteTemplate("DELETE", ["api", "notes", .noteID])
    ) {
      self.getNote = getNote
      self.createNote = createNote
      self.updateNote = updateNote
      self.deleteNote = deleteNote
    }
  }
}
