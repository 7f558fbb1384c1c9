package import GatewayTypes

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
    /// `identity`: whose token the upstream is shown.
    package var identity: UpstreamIdentity
    /// `service`: means something with that identity only.
    package var service: Service
    /// `routes`.
    package var routes: Routes
    /// `updatable_fields`: the members that `changes` of a note may have, the others being dropped;
    /// empty lets all through. At most 256, each of 1 to 128 bytes.
    package var updatableFields: [String]

    package init(
      url: UpstreamURL, caFile: String? = nil, connectTimeout: Duration = .seconds(2),
      idleTimeout: Duration = .seconds(4), requestTimeout: Duration = .seconds(10),
      connectionsMax: Int = 64, queueCountMax: Int = 1024,
      identity: UpstreamIdentity = .bearer, service: Service = Service(),
      routes: Routes = Routes(), updatableFields: [String] = []
    ) {
      self.url = url
      self.caFile = caFile
      self.connectTimeout = connectTimeout
      self.idleTimeout = idleTimeout
      self.requestTimeout = requestTimeout
      self.connectionsMax = connectionsMax
      self.queueCountMax = queueCountMax
      self.identity = identity
      self.service = service
      self.routes = routes
      self.updatableFields = updatableFields
    }
  }
}

extension Configuration.Upstream {
  /// `upstream.service`: how the gateway asks in its own name for a user.
  package struct Service: Equatable, Sendable {
    /// `token_file`: the gateway's own token; absolute when read from a file, and there when
    /// `upstream.identity` is `service`.
    package var tokenFile: String?
    /// `user_header`: the header field that names the user, a token of RFC 9110 that means nothing
    /// else to HTTP.
    package var userHeader: String

    package init(tokenFile: String? = nil, userHeader: String = "X-User-Id") {
      self.tokenFile = tokenFile
      self.userHeader = userHeader
    }
  }

  /// `upstream.routes`: what the gateway asks of the notes API, and how it knows the same requests
  /// when clients make them by themselves. No two of them are the same.
  package struct Routes: Equatable, Sendable {
    package var notes: ResourceRoutes
    package var folders: ResourceRoutes

    package init(
      notes: ResourceRoutes = .notesDefault, folders: ResourceRoutes = .foldersDefault
    ) {
      self.notes = notes
      self.folders = folders
    }

    /// The routes of the kind that `resource` is of.
    package subscript(resource: Resource) -> ResourceRoutes {
      switch resource {
      case .note: notes
      case .folder: folders
      }
    }
  }

  /// The routes of notes or of folders.
  package struct ResourceRoutes: Equatable, Sendable {
    /// `get_note`, `get_folder`, with one placeholder.
    package var get: RouteTemplate
    /// `create_note`, `create_folder`, without a placeholder: the upstream gives the name.
    package var create: RouteTemplate
    /// `update_note`, `update_folder`, with one placeholder.
    package var update: RouteTemplate
    /// `delete_note`, `delete_folder`, with one placeholder.
    package var delete: RouteTemplate

    package init(
      get: RouteTemplate, create: RouteTemplate, update: RouteTemplate, delete: RouteTemplate
    ) {
      self.get = get
      self.create = create
      self.update = update
      self.delete = delete
    }

    package static let notesDefault = standard("notes", .noteID)
    package static let foldersDefault = standard("folders", .folderID)

    private static func standard(
      _ collection: String, _ placeholder: RouteTemplate.Placeholder
    ) -> ResourceRoutes {
      let one: [RouteTemplate.Segment] = ["api", .literal(collection), .name]
      return ResourceRoutes(
        get: RouteTemplate("GET", one, placeholder),
        create: RouteTemplate("POST", ["api", .literal(collection)], placeholder),
        update: RouteTemplate("PUT", one, placeholder),
        delete: RouteTemplate("DELETE", one, placeholder))
    }
  }
}
