package import GatewayTypes

/// What the operator wants, complete and checked: every key of the configuration file that this
/// release knows, with the defaults of CONFIGURATION.md.
///
/// `ConfigurationReader` makes one out of a file; the memberwise initialisers make one without.
/// Two are equal when they ask for the same, wherever in the file it stands. It is a value, shared
/// by all workers and replaced whole. Source: CONFIGURATION.md.
package struct Configuration: Equatable, Sendable {
  /// `listen`: at least one when read from a file.
  package var listeners: [Listener]
  /// `upstream`.
  package var upstream: Upstream
  /// `authentication`.
  package var authentication: Authentication
  /// `websocket`, but for `max_message_size`, which is a limit.
  package var webSocket: WebSocket
  /// What bounds the memory of connections and notes: `limits`, `websocket.max_message_size`,
  /// `authentication.early_messages`.
  package var limits: Limits
  /// How many connections there may be: `limits.connections` and those like it.
  package var connectionBounds: ConnectionBounds
  /// What bounds a request before it is known what it wants: the other keys of `limits`.
  package var front: Front
  /// `proxy`.
  package var proxy: Proxy
  /// `admin`.
  package var admin: Admin
  /// `logging.level`.
  package var logLevel: LogLevel
  /// `logging.format`.
  package var logFormat: LogFormat
  /// `workers`: 0 to 1024; 0 means one per core.
  package var workers: Int
  /// `shutdown_grace`: how long a drain may take, 0 to 365 days.
  package var shutdownGrace: Duration

  /// Where the values stand in the file that they were read from; empty without a file.
  package var places: ConfigurationPlaces

  package init(
    listeners: [Listener] = [Listener()], upstream: Upstream, authentication: Authentication,
    webSocket: WebSocket = WebSocket(), limits: Limits = Limits(),
    connectionBounds: ConnectionBounds = ConnectionBounds(), front: Front = Front(),
    proxy: Proxy = Proxy(), admin: Admin = Admin(), logLevel: LogLevel = .info,
    logFormat: LogFormat = .text, workers: Int = 0, shutdownGrace: Duration = .seconds(20),
    places: ConfigurationPlaces = ConfigurationPlaces()
  ) {
    self.listeners = listeners
    self.upstream = upstream
    self.authentication = authentication
    self.webSocket = webSocket
    self.limits = limits
    self.connectionBounds = connectionBounds
    self.front = front
    self.proxy = proxy
    self.admin = admin
    self.logLevel = logLevel
    self.logFormat = logFormat
    self.workers = workers
    self.shutdownGrace = shutdownGrace
    self.places = places
  }
}

extension Configuration {
  /// Rules that a request has to keep before it is known what it wants.
  package struct Front: Equatable, Sendable {
    /// `limits.header_timeout`: from accept to the end of the TLS hello and of the request head,
    /// 1 ms to 365 days.
    package var headerTimeout: Duration
    /// `limits.header_size`: the largest request head, in bytes, 1 KiB to 1 MiB.
    package var headerSizeMax: Int
    /// `limits.body_timeout`: between two reads of a request body, 1 ms to 365 days.
    package var bodyTimeout: Duration
    /// `limits.idle_timeout`: plain HTTP keep-alive, 1 ms to 365 days.
    package var idleTimeout: Duration

    package init(
      headerTimeout: Duration = .seconds(10), headerSizeMax: Int = 32 << 10,
      bodyTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(75)
    ) {
      self.headerTimeout = headerTimeout
      self.headerSizeMax = headerSizeMax
      self.bodyTimeout = bodyTimeout
      self.idleTimeout = idleTimeout
    }
  }

  /// What becomes of every HTTP request that is no upgrade on one of the WebSocket paths.
  package struct Proxy: Equatable, Sendable {
    /// `proxy.enabled`: it goes to the upstream; otherwise it is 404.
    package var isEnabled: Bool
    /// `proxy.trusted_proxies`: the peers whose X-Forwarded-* fields are believed.
    package var trustedProxies: [AddressRange]
    /// `proxy.max_body_size`: the largest body of a request, in bytes, 0 to 1 TiB.
    package var bodySizeMax: Int
    /// `proxy.sync_writes`: what such a request changes reaches the other devices.
    package var syncsWrites: Bool
    /// `proxy.sync_routes`: which do beside those of `upstream.routes`. At most 256, no two of them
    /// the same, and none of them one of those.
    package var syncRoutes: [SyncRoute]

    package init(
      isEnabled: Bool = true, trustedProxies: [AddressRange] = [], bodySizeMax: Int = 64 << 20,
      syncsWrites: Bool = true, syncRoutes: [SyncRoute] = []
    ) {
      self.isEnabled = isEnabled
      self.trustedProxies = trustedProxies
      self.bodySizeMax = bodySizeMax
      self.syncsWrites = syncsWrites
      self.syncRoutes = syncRoutes
    }
  }

  /// What is for operators, and for the API.
  package struct Admin: Equatable, Sendable {
    /// `admin.listen`: where it is served; nil nowhere.
    package var address: ListenAddress?
    /// `admin.publish_token_file`: with what the API may publish; nil: nobody may. Absolute when
    /// read from a file.
    package var publishTokenFile: String?

    package init(
      address: ListenAddress? = .ip(.loopback, port: Admin.portDefault),
      publishTokenFile: String? = nil
    ) {
      self.address = address
      self.publishTokenFile = publishTokenFile
    }

    package static let portDefault: UInt16 = 9090
  }

  /// What clients of the WebSocket paths are held to.
  package struct WebSocket: Equatable, Sendable {
    /// `websocket.paths`: each begins with `/`, has no query, and is compared byte for byte.
    package var paths: [String]
    /// `websocket.allowed_origins`.
    package var allowedOrigins: AllowedOrigins
    /// `websocket.ping_interval`: 1 s to 365 days. No pong by the next ping: closed.
    package var pingInterval: Duration
    /// `websocket.join_cache`: how long an upstream yes to a join stands for one user; 0 asks
    /// every time; up to 365 days.
    package var joinCache: Duration
    /// `websocket.note_sync_audience`.
    package var noteSyncAudience: NoteSyncAudience
    /// `websocket.changes_include`: members of the upstream's answer that are added to a note's
    /// `changes`. At most 256, each of 1 to 128 bytes.
    package var changesInclude: [String]

    package init(
      paths: [String] = ["/", "/ws"], allowedOrigins: AllowedOrigins = .sameHost,
      pingInterval: Duration = .seconds(30), joinCache: Duration = .seconds(30),
      noteSyncAudience: NoteSyncAudience = .room, changesInclude: [String] = []
    ) {
      self.paths = paths
      self.allowedOrigins = allowedOrigins
      self.pingInterval = pingInterval
      self.joinCache = joinCache
      self.noteSyncAudience = noteSyncAudience
      self.changesInclude = changesInclude
    }
  }
}

/// How much is logged: `logging.level`. Declared from most to least.
package enum LogLevel: String, CaseIterable, Hashable, Sendable {
  case trace
  case debug
  case info
  case notice
  case warning
  case error
  case critical
}

/// How lines of the log look: `logging.format`.
package enum LogFormat: String, CaseIterable, Hashable, Sendable {
  /// For people.
  case text
  /// For programs: one object a line.
  case json
}
