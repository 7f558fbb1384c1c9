import GatewayTypes

/// What takes the sense from something else.
extension Configuration {
  /// What nginx and others give a connection on which nothing is sent.
  private static let proxyPatience = Duration.seconds(60)

  var contradictions: [ConfigurationProblem] {
    [smallQueue, lateConnectTimeout, latePings].compactMap { $0 } + boundsOverAll
  }

  private var smallQueue: ConfigurationProblem? {
    // A sync carries the message's changes and the note that came of them.
    let (syncSize, overflow) = limits.messageSizeMax.multipliedReportingOverflow(by: 2)
    guard overflow || limits.outboundQueueSizeMax < syncSize else { return nil }
    let queue = "limits.outbound_queue"
    let message = "websocket.max_message_size"
    return places.problem(
      with: places[queue] == nil ? message : queue,
      "\(queue), \(sizeText(limits.outboundQueueSizeMax)), is less than twice \(message), "
        + "\(sizeText(limits.messageSizeMax)): the sync of one large message can close a "
        + "client that reads fast")
  }

  private var lateConnectTimeout: ConfigurationProblem? {
    guard upstream.connectTimeout >= upstream.requestTimeout else { return nil }
    let connect = "upstream.connect_timeout"
    let request = "upstream.request_timeout"
    return places.problem(
      with: places[connect] == nil ? request : connect,
      "\(connect), \(durationText(upstream.connectTimeout)), is not less than \(request), "
        + "\(durationText(upstream.requestTimeout)), which is over first")
  }

  private var latePings: ConfigurationProblem? {
    guard !proxy.trustedProxies.isEmpty, webSocket.pingInterval >= Configuration.proxyPatience
    else { return nil }
    return places.problem(
      with: "websocket.ping_interval",
      "\(durationText(webSocket.pingInterval)): the proxies in front may close a connection on "
        + "which nothing was sent for \(durationText(Configuration.proxyPatience)); expected less")
  }

  /// Of those that the file has: a bound of all connections may well be below the other defaults.
  private var boundsOverAll: [ConfigurationProblem] {
    let bounds = connectionBounds
    return [
      ("connections_per_user", bounds.perUser), ("connections_per_address", bounds.perAddress),
      ("unauthenticated_connections", bounds.unauthenticated),
    ].compactMap { key, count in
      let key = "limits.\(key)"
      guard count > bounds.all, places[key] != nil else { return nil }
      return places.problem(
        with: key, "\(count) are never reached: limits.connections is \(bounds.all)")
    }
  }
}
