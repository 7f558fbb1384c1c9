import GatewayTypes

/// What lets others read, or do, more than is good.
extension Configuration {
  /// A clock that is further off is broken, and old tokens are good for that long.
  private static let clockSkewMax = Duration.seconds(300)

  var exposures: [ConfigurationProblem] {
    plainListeners
      + [
        upstreamInTheClear, adminForOthers, anyOrigin, anyProxy, longClockSkew,
      ].compactMap { $0 }
  }

  /// Where a proxy that speaks TLS stands in front, the gateway is told its address.
  private var plainListeners: [ConfigurationProblem] {
    guard proxy.trustedProxies.isEmpty else { return [] }
    return listeners.enumerated().compactMap { index, listener in
      guard listener.tls == nil, !listener.address.isOfThisMachine else { return nil }
      let key = "listen[\(index)]"
      return places.problem(
        with: places["\(key).address"] == nil ? key : "\(key).address",
        "plain text on \(listener.address), which other machines can reach: what is sent can be "
          + "read on its way; expected \(key).tls, or the TLS proxy in front of it in "
          + "proxy.trusted_proxies")
    }
  }

  private var upstreamInTheClear: ConfigurationProblem? {
    guard !upstream.url.isTLS, !upstream.url.isOfThisMachine else { return nil }
    return places.problem(
      with: "upstream.url",
      "http to another machine, \(upstream.url.host): tokens and notes can be read on their way; "
        + "expected https")
  }

  private var adminForOthers: ConfigurationProblem? {
    guard let address = admin.address, !address.isOfThisMachine else { return nil }
    return places.problem(
      with: "admin.listen",
      "other machines can reach \(address): whoever does sees who is connected, and can close "
        + "connections; expected a loopback address or a UNIX socket")
  }

  private var anyOrigin: ConfigurationProblem? {
    guard webSocket.allowedOrigins == .any else { return nil }
    return places.problem(
      with: "websocket.allowed_origins",
      "\"*\" lets every web page that a user looks at connect; expected the origins of the app")
  }

  private var anyProxy: ConfigurationProblem? {
    guard let index = proxy.trustedProxies.firstIndex(where: \.hasAllAddresses) else { return nil }
    return places.problem(
      with: "proxy.trusted_proxies[\(index)]",
      "everybody is believed whose address and origin a request is from; expected the addresses "
        + "of the proxies in front")
  }

  private var longClockSkew: ConfigurationProblem? {
    guard authentication.clockSkew > Configuration.clockSkewMax else { return nil }
    return places.problem(
      with: "authentication.clock_skew",
      "tokens are taken for \(durationText(authentication.clockSkew)) longer than they say; "
        + "expected \(durationText(Configuration.clockSkewMax)) at most")
  }
}

extension ListenAddress {
  /// Whether no other machine can connect to it.
  fileprivate var isOfThisMachine: Bool {
    switch self {
    case .ip(let address, port: _): address.isLoopback
    case .unix: true
    }
  }
}

extension UpstreamURL {
  /// Whether what is sent there does not leave this machine.
  var isOfThisMachine: Bool {
    host == "localhost" || IPAddress(host)?.isLoopback == true
  }
}
