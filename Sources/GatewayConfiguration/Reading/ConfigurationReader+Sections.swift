import GatewayTypes

extension ConfigurationReader {
  /// Longer than anything is meant to wait, and short enough to be added to any clock.
  private static let forever = Duration.seconds(365 * 24 * 3600)
  /// A time-out that is over at once would be no time-out but a refusal.
  private static let timeouts = Duration.milliseconds(1)...forever

  /// Reads every key of the file, in the order of CONFIGURATION.md.
  static func readSections(_ root: inout Section, into configuration: inout Configuration) {
    readListeners(&root, into: &configuration.listeners)
    root.section("upstream") { readUpstream(&$0, into: &configuration.upstream) }
    root.section("authentication") { section in
      readAuthentication(&section, into: &configuration.authentication)
      section.section("early_messages") {
        readEarlyMessages(&$0, into: &configuration.limits)
      }
    }
    root.section("websocket") { readWebSocket(&$0, into: &configuration) }
    root.section("limits") { readLimits(&$0, into: &configuration) }
    root.section("proxy") { readProxy(&$0, into: &configuration) }
    root.section("admin") { section in
      readAdmin(&section, into: &configuration.admin)
      checkAdminDiffers(section, configuration)
    }
    root.section("logging") { section in
      section.read("level", .choice, into: &configuration.logLevel)
      section.read("format", .choice, into: &configuration.logFormat)
    }
    root.read("workers", .integer(in: 0...1024), into: &configuration.workers)
    root.read(
      "shutdown_grace", .duration(in: .zero...forever), into: &configuration.shutdownGrace)
  }

  private static func readUpstream(
    _ section: inout Section, into upstream: inout Configuration.Upstream
  ) {
    let directory = section.reading.baseDirectory
    section.readRequired("url", .upstreamURL, into: &upstream.url)
    section.read(
      "ca_file", .file("a file of PEM certificates", in: directory), into: &upstream.caFile)
    section.read("connect_timeout", .duration(in: timeouts), into: &upstream.connectTimeout)
    section.read("idle_timeout", .duration(in: timeouts), into: &upstream.idleTimeout)
    section.read("request_timeout", .duration(in: timeouts), into: &upstream.requestTimeout)
    section.read("max_connections", .integer(in: 1...65535), into: &upstream.connectionsMax)
    section.read("queue", .integer(in: 0...1_048_576), into: &upstream.queueCountMax)
    section.read("identity", .choice, into: &upstream.identity)
    section.section("service") { readService(&$0, of: upstream.identity, into: &upstream.service) }
    section.section("routes") { readRoutes(&$0, into: &upstream.routes) }
    section.read(
      "updatable_fields", listOf: .memberName, count: 0...256, into: &upstream.updatableFields)
  }

  private static func readService(
    _ section: inout Section, of identity: UpstreamIdentity,
    into service: inout Configuration.Upstream.Service
  ) {
    let file = ValueFormat.file(
      "a file with the gateway's own token", in: section.reading.baseDirectory)
    switch identity {
    case .bearer: section.read("token_file", file, into: &service.tokenFile)
    case .service: section.readRequired("token_file", file, into: &service.tokenFile)
    }
    section.read("user_header", .userHeader, into: &service.userHeader)
  }

  private static func readRoutes(
    _ section: inout Section, into routes: inout Configuration.Upstream.Routes
  ) {
    readRoutes(&section, of: "note", .noteID, into: &routes.notes)
    readRoutes(&section, of: "folder", .folderID, into: &routes.folders)
    checkRoutesDiffer(section, routes)
  }

  private static func readRoutes(
    _ section: inout Section, of kind: String, _ placeholder: RouteTemplate.Placeholder,
    into routes: inout Configuration.Upstream.ResourceRoutes
  ) {
    section.read("get_\(kind)", .route(with: placeholder), into: &routes.get)
    section.read("create_\(kind)", .route(without: placeholder), into: &routes.create)
    section.read("update_\(kind)", .route(with: placeholder), into: &routes.update)
    section.read("delete_\(kind)", .route(with: placeholder), into: &routes.delete)
  }

  private static func readAuthentication(
    _ section: inout Section, into authentication: inout Configuration.Authentication
  ) {
    section.section("keys") { readKeys(&$0, into: &authentication.keys) }
    var algorithms = Array(authentication.algorithms)
    let isRight = section.read("algorithms", listOf: .choice, count: 1...64, into: &algorithms)
    authentication.algorithms = Set(algorithms)
    if isRight || !section.has("algorithms") { checkAlgorithmsHaveKeys(section, algorithms) }
    section.read("issuer", .text("an iss claim", sizeMax: 1024), into: &authentication.issuer)
    section.read(
      "audience", listOf: .text("an aud claim", sizeMax: 1024), count: 0...256,
      into: &authentication.audience)
    section.read(
      "authorized_parties", listOf: .text("an azp claim", sizeMax: 1024), count: 0...256,
      into: &authentication.authorizedParties)
    section.read(
      "user_claim", .text("the name of a claim", sizeMax: 128), into: &authentication.userClaim)
    section.read(
      "clock_skew", .duration(in: .zero ... .seconds(24 * 3600)), into: &authentication.clockSkew)
    section.read("deadline", .duration(in: timeouts), into: &authentication.deadline)
    section.read("expiry", .choice, into: &authentication.expiry)
    section.read(
      "expiry_grace", .duration(in: .zero...forever), into: &authentication.expiryGrace)
    section.read("message_signing", .boolean, into: &authentication.signsMessages)
  }

  private static func readEarlyMessages(_ section: inout Section, into limits: inout Limits) {
    section.read("count", .integer(in: 0...10_000), into: &limits.earlyMessageCountMax)
    section.read("size", .size(in: 0...(64 << 20)), into: &limits.earlyMessageSizeMax)
  }

  private static func readKeys(
    _ section: inout Section, into keys: inout Configuration.Authentication.Keys
  ) {
    let directory = section.reading.baseDirectory
    section.read("jwks_url", .keySetURL, into: &keys.jwksURL)
    section.read("jwks_file", .file("a JSON Web Key Set", in: directory), into: &keys.jwksFile)
    section.read(
      "public_key_file", .file("a PEM public key", in: directory), into: &keys.publicKeyFile)
    section.read(
      "hmac_secret_file", .file("a file of at least 32 bytes", in: directory),
      into: &keys.hmacSecretFile)
    checkOneIsThere(
      section, ["jwks_url", "jwks_file", "public_key_file", "hmac_secret_file"])
  }

  private static func readWebSocket(
    _ section: inout Section, into configuration: inout Configuration
  ) {
    section.read(
      "paths", listOf: .webSocketPath, count: 1...64, into: &configuration.webSocket.paths)
    var origins: [String] = []
    section.read("allowed_origins", listOf: .origin, count: 0...1024, into: &origins)
    configuration.webSocket.allowedOrigins = AllowedOrigins(origins)
    section.read(
      "max_message_size", .size(in: 1...(64 << 20)), into: &configuration.limits.messageSizeMax)
    section.read(
      "ping_interval", .duration(in: .seconds(1)...forever),
      into: &configuration.webSocket.pingInterval)
    section.read("note_sync_audience", .choice, into: &configuration.webSocket.noteSyncAudience)
    section.read(
      "changes_include", listOf: .memberName, count: 0...256,
      into: &configuration.webSocket.changesInclude)
    section.read(
      "join_cache", .duration(in: .zero...forever), into: &configuration.webSocket.joinCache)
  }

  private static func readLimits(
    _ section: inout Section, into configuration: inout Configuration
  ) {
    readConnectionBounds(&section, into: &configuration.connectionBounds)
    section.read(
      "messages_per_minute", .integer(in: 1...1_000_000),
      into: &configuration.limits.messagesPerMinute)
    section.read(
      "rooms_per_connection", .integer(in: 1...1_000_000),
      into: &configuration.limits.roomsPerConnection)
    section.read(
      "outbound_queue", .size(in: (64 << 10)...(1 << 30)),
      into: &configuration.limits.outboundQueueSizeMax)
    section.read(
      "pending_writes_per_note", .integer(in: 0...1_000_000),
      into: &configuration.limits.pendingWritesPerNote)
    section.read(
      "header_timeout", .duration(in: timeouts), into: &configuration.front.headerTimeout)
    section.read(
      "header_size", .size(in: (1 << 10)...(1 << 20)), into: &configuration.front.headerSizeMax)
    section.read("body_timeout", .duration(in: timeouts), into: &configuration.front.bodyTimeout)
    section.read("idle_timeout", .duration(in: timeouts), into: &configuration.front.idleTimeout)
  }

  private static func readConnectionBounds(
    _ section: inout Section, into bounds: inout ConnectionBounds
  ) {
    let counts = ValueFormat.integer(in: 1...10_000_000)
    section.read("connections", counts, into: &bounds.all)
    section.read("connections_per_user", counts, into: &bounds.perUser)
    section.read("connections_per_address", counts, into: &bounds.perAddress)
    section.read("unauthenticated_connections", counts, into: &bounds.unauthenticated)
  }

  private static func readProxy(
    _ section: inout Section, into configuration: inout Configuration
  ) {
    section.read("enabled", .boolean, into: &configuration.proxy.isEnabled)
    section.read(
      "trusted_proxies", listOf: .addressRange, count: 0...1024,
      into: &configuration.proxy.trustedProxies)
    section.read(
      "max_body_size", .size(in: 0...(1 << 40)), into: &configuration.proxy.bodySizeMax)
    section.read("sync_writes", .boolean, into: &configuration.proxy.syncsWrites)
    section.read(
      "sync_routes", pairsOf: ValueFormat<SyncRoute.Event>.choice,
      named: { .route(with: $0.placeholder) }, count: 0...256,
      as: "a pair such as \"POST /api/notes/{noteId}/star\": note_sync"
    ) { configuration.proxy.syncRoutes.append(SyncRoute($0, $1)) }
    checkSyncRoutesDiffer(section, configuration)
  }

  private static func readAdmin(
    _ section: inout Section, into admin: inout Configuration.Admin
  ) {
    let directory = section.reading.baseDirectory
    section.read("listen", .adminAddress(in: directory), into: &admin.address)
    section.read(
      "publish_token_file", .optionalFile("a file with the token of publishers", in: directory),
      into: &admin.publishTokenFile)
  }
}

extension AllowedOrigins {
  /// What the list in the file means.
  fileprivate init(_ list: [String]) {
    if list.contains("*") {
      self = .any
    } else {
      self = list.isEmpty ? .sameHost : .listed(Set(list))
    }
  }
}
