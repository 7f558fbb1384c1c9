package import GatewayConfiguration
import GatewayLogic
import GatewayTokens
import GatewayTransport
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// All that can be made of a configuration before a socket is opened: what `check` looks at, and
/// what `serve` then runs with.
package struct Preparation: Sendable {
  var configuration: Configuration
  /// With the keys that are there at the start: those of files.
  let tokens: TokenJudge
  private let identity: UpstreamRoutes.Identity
  /// What works but is hardly meant.
  package let warnings: [ConfigurationProblem]
  let ticketKeys = TLSTicketKeys()
  /// With what the API may publish; nil: it may not.
  var publishToken: BearerToken?
  /// Those of the TLS listeners, in their order.
  let certificates: [StampedCertificate]
  /// The content of `upstream.ca_file`.
  let upstreamCA: [UInt8]?

  /// Reads the files that `configuration` names and parses what is in them, or says all that is
  /// wrong with them.
  package init(_ configuration: Configuration) throws(StartError) {
    let files: ConfigurationFiles
    switch ConfigurationFiles.read(for: configuration) {
    case .success(let read): files = read
    case .failure(let problems): throw .configuration(problems)
    }
    try self.init(configuration, files)
  }

  /// The same with the files' content at hand.
  package init(
    _ configuration: Configuration, _ files: ConfigurationFiles
  ) throws(StartError) {
    self.configuration = configuration
    publishToken = files.publishToken
    let authentication = configuration.authentication
    let rules = TokenRules(
      algorithms: authentication.algorithms.sorted { $0.rawValue < $1.rawValue },
      issuer: authentication.issuer, audiences: authentication.audience,
      authorizedParties: authentication.authorizedParties, userClaim: authentication.userClaim,
      clockSkew: authentication.clockSkew)
    let keys = try KeySet(files, configuration)
    identity = try UpstreamRoutes.Identity(configuration, files.serviceToken)
    certificates = try Preparation.certificates(configuration)
    upstreamCA = try Preparation.authorities(configuration, files)
    warnings = configuration.warnings + keys.warnings(configuration)
    tokens = TokenJudge(
      verifier: TokenVerifier(rules: rules, keys: keys), clockSkew: authentication.clockSkew,
      fetchesKeys: authentication.keys.jwksURL != nil)
  }

  /// Whether certificates and keys can be used, and with each other.
  private static func certificates(
    _ configuration: Configuration
  ) throws(StartError) -> [StampedCertificate] {
    var certificates: [StampedCertificate] = []
    var problems: [ConfigurationProblem] = []
    for (index, listener) in configuration.listeners.enumerated() {
      guard let tls = listener.tls else { continue }
      do throws(TLSCertificateError) {
        certificates.append(try StampedCertificate(TLSSettings(tls)))
      } catch {
        let tls = "listen[\(index)].tls"
        let key =
          switch error.file {
          case .certificate: "\(tls).certificate_file"
          case .privateKey: "\(tls).private_key_file"
          case nil: tls
          }
        problems.append(configuration.places.problem(with: key, error.description))
      }
    }
    if !problems.isEmpty { throw .configuration(ConfigurationProblems(problems)) }
    return certificates
  }

  /// What `upstream.ca_file` holds, where it is of use.
  private static func authorities(
    _ configuration: Configuration, _ files: ConfigurationFiles
  ) throws(StartError) -> [UInt8]? {
    guard configuration.upstream.url.isTLS, let authorities = files.upstreamCA else {
      return files.upstreamCA
    }
    // Without one libcurl would say so at the first request only.
    let count = CertificateFacts.read(pem: authorities)?.count
    guard count == nil || count == 0 else { return authorities }
    let what = count == nil ? "has a certificate that can't be read" : "has no certificate"
    let problem = configuration.places.problem(
      with: "upstream.ca_file", "\(what); expected PEM certificates")
    throw .configuration(ConfigurationProblems([problem]))
  }

  /// What each worker runs with. `tokens` are judged with keys that were fetched as well, if there
  /// are such; see `Worker.Setup.upstreamNumber`.
  func workerSetup(
    log: Log, tokens: TokenJudge? = nil, upstreamNumber: Int = 0
  ) -> Worker.Setup {
    let limits = configuration.limits
    return Worker.Setup(
      rules: SessionRules(
        limits: limits, authenticationDeadline: configuration.authentication.deadline,
        expiry: SessionRules.Expiry(configuration.authentication.expiry),
        expiryGrace: configuration.authentication.expiryGrace),
      homeRules: Home.Rules(
        lanes: WriteLane.Rules(
          waitingCountMax: limits.pendingWritesPerNote,
          identity: configuration.upstream.identity),
        accessLifetime: configuration.webSocket.joinCache),
      admission: AdmissionRules(
        paths: configuration.webSocket.paths,
        origins: OriginRule(configuration.webSocket.allowedOrigins)),
      trustedProxies: trustedProxies,
      parser: ClientMessageParser(
        updatableFields: configuration.upstream.updatableFields,
        opensEnvelopes: configuration.authentication.signsMessages),
      signsMessages: configuration.authentication.signsMessages,
      syncs: SyncRules(
        noteAudience: configuration.webSocket.noteSyncAudience,
        changesInclude: configuration.webSocket.changesInclude),
      tokens: tokens ?? self.tokens,
      transport: transportSettings,
      tls: configuration.listeners.compactMap(\.tls).map(TLSSettings.init),
      ticketKeys: ticketKeys,
      upstream: upstreamSettings,
      upstreamNumber: upstreamNumber,
      routes: UpstreamRoutes(
        routes: configuration.upstream.routes,
        pathPrefix: configuration.upstream.url.pathPrefix, identity: identity),
      forwarding: forwardingRules,
      watched: watchedRoutes,
      locations: CreatedLocations(configuration.upstream),
      log: log)
  }

  var upstreamSettings: UpstreamSettings {
    UpstreamSettings(
      configuration.upstream, answerSizeMax: Preparation.answerSizeMax(configuration.limits))
  }

  private var watchedRoutes: WatchedRoutes? {
    let proxy = configuration.proxy
    guard proxy.isEnabled, proxy.syncsWrites else { return nil }
    return WatchedRoutes(configuration.upstream.routes, proxy.syncRoutes)
  }

  private var trustedProxies: TrustedProxies {
    TrustedProxies(configuration.proxy.trustedProxies)
  }

  private var forwardingRules: ForwardingRules? {
    let proxy = configuration.proxy
    guard proxy.isEnabled else { return nil }
    return ForwardingRules(
      pathPrefix: configuration.upstream.url.pathPrefix, trustedProxies: trustedProxies,
      userHeader: configuration.upstream.service.userHeader, bodySizeMax: proxy.bodySizeMax)
  }

  /// An answer holds a note of the size that a client may send, other fields, and escapes that the
  /// client may have done without.
  static func answerSizeMax(_ limits: Limits) -> Int {
    let (size, overflow) = limits.messageSizeMax.multipliedReportingOverflow(by: 4)
    return overflow ? .max : max(size, 4 << 20)
  }

  private var transportSettings: TransportSettings {
    TransportSettings(
      headerSizeMax: configuration.front.headerSizeMax,
      headerTimeout: configuration.front.headerTimeout,
      bodyTimeout: configuration.front.bodyTimeout,
      idleTimeout: configuration.front.idleTimeout,
      messageSizeMax: configuration.limits.messageSizeMax,
      earlyMessageSizeMax: configuration.limits.earlyMessageKeptSizeMax,
      pingInterval: configuration.webSocket.pingInterval,
      outboundQueueSizeMax: configuration.limits.outboundQueueSizeMax)
  }
}

extension OriginRule {
  init(_ origins: AllowedOrigins) {
    switch origins {
    case .sameHost: self = .sameHost
    case .any: self = .any
    case .listed(let listed): self = .listed(listed)
    }
  }
}

extension SessionRules.Expiry {
  init(_ expiry: Configuration.Authentication.Expiry) {
    switch expiry {
    case .enforced: self = .enforced
    case .atConnect: self = .atConnect
    }
  }
}

extension UpstreamRoutes.Identity {
  /// `token` is the content of `upstream.service.token_file`, where that is asked for.
  init(_ configuration: Configuration, _ token: BearerToken?) throws(StartError) {
    switch (configuration.upstream.identity, token) {
    case (.bearer, _):
      self = .bearer
    case (.service, let token?):
      self = .service(token, userHeader: configuration.upstream.service.userHeader)
    case (.service, nil):
      // Of a configuration without a file: the reader asks for one.
      let problem = configuration.places.problem(
        with: "upstream.service.token_file", "is missing; expected the gateway's own token")
      throw .configuration(ConfigurationProblems([problem]))
    }
  }
}

extension TLSSettings {
  init(_ tls: Configuration.Listener.TLS) {
    let version: TLSSettings.Version =
      switch tls.minimumVersion {
      case .tls12: .tls12
      case .tls13: .tls13
      }
    self.init(
      certificateFile: tls.certificateFile, privateKeyFile: tls.privateKeyFile,
      minimumVersion: version)
  }
}
