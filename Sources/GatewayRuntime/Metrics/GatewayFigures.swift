/// All that `/metrics` says.
struct GatewayFigures: Sendable {
  /// Of the versions that this process runs with.
  struct Build: Sendable {
    let version: String
    let webSockets: String
    let openSSL: String
  }

  /// What the main thread counts.
  struct Main: Sendable {
    var keyRefreshes = Tally<KeyRefreshResult>()
    var reloads = Tally<ReloadResult>()
  }

  let build: Build
  let main: Main
  /// Of every worker that has said something; of one that is stuck what it said last.
  let workers: [WorkerFigures]
  let process: ProcessFigures

  /// Source: OPERATIONS.md, "Metrics".
  var text: [UInt8] {
    var text = PrometheusText()
    let total = workers.reduce(into: WorkerMetrics()) { $0.add($1.metrics) }
    writeConnections(total, to: &text)
    writeMessages(total, to: &text)
    writeBroadcasts(total, to: &text)
    writeUpstream(total, to: &text)
    writeRest(total, to: &text)
    writeProcess(to: &text)
    return text.bytes
  }

  private func sum(_ figure: (WorkerFigures) -> Int) -> Int {
    workers.reduce(0) { $0 + figure($1) }
  }

  private func writeConnections(_ total: WorkerMetrics, to text: inout PrometheusText) {
    let all = sum(\.webSocketCount)
    text.begin(
      "notes_gateway_connections", .gauge,
      "Connections that are open: WebSockets, authenticated or not, and plain HTTP.")
    for (state, count) in [
      ("authenticated", total.authenticatedCount),
      ("unauthenticated", max(0, all - total.authenticatedCount)),
      ("http", sum(\.httpConnectionCount)),
    ] {
      text.sample("notes_gateway_connections", ["state": state], count)
    }
    text.counter(
      "connections_opened_total", "WebSocket connections that were opened.",
      total.connectionsOpened)
    text.tally(
      "connections_closed_total", "code",
      "WebSocket connections that ended, by the code of the closing frame; 1006 was cut off.",
      total.connectionsClosed)
    text.tally(
      "upgrades_refused_total", "reason",
      "Handshakes that were refused, and connections that were before they had one.",
      total.upgradesRefused)
    text.tally(
      "authentications_total", "result", "Tokens that connections presented, by what came of it.",
      total.authentications)
  }

  private func writeMessages(_ total: WorkerMetrics, to text: inout PrometheusText) {
    text.tally(
      "messages_received_total", "type", "Messages of clients, by their type.",
      total.messagesReceived)
    text.tally(
      "messages_sent_total", "type",
      "Messages to clients, by their type, each as often as connections it was for.",
      total.messagesSent)
    text.tally("errors_total", "code", "Error messages to clients, by their code.", total.errors)
    text.counter(
      "rate_limited_total", "Messages over limits.messages_per_minute, which were refused.",
      total.rateLimited)
    text.counter(
      "slow_consumers_closed_total",
      "Connections that were closed because limits.outbound_queue was full.",
      total.slowConsumersClosed)
    text.gauge(
      "outbound_queue_bytes", "What waits for clients to read it.", sum(\.queuedSize))
  }

  private func writeBroadcasts(_ total: WorkerMetrics, to text: inout PrometheusText) {
    text.gauge("rooms", "Notes that somebody has joined.", sum(\.roomCount))
    text.gauge(
      "joined", "Members of all rooms, each as often as the rooms it is in.", sum(\.joinedCount))
    text.counter(
      "broadcasts_total", "Changes that were broadcast to somebody.", total.broadcasts)
    text.counter(
      "deliveries_total", "Broadcasts times the connections each went to.", total.deliveries)
    text.histogram(
      "delivery_seconds",
      "From the upstream's answer to the moment at which the last recipient's frame went out.",
      total.deliveryTimes)
    text.histogram(
      "write_seconds", "From a write's message to the moment at which its success went out.",
      total.writeTimes)
    text.gauge(
      "lane_queue", "Writes that wait for the one under way to the same note.",
      sum(\.waitingWriteCount))
    text.tally(
      "resumes_total", "result", "Clients that asked to go on where they were.", total.resumes)
  }

  private func writeUpstream(_ total: WorkerMetrics, to text: inout PrometheusText) {
    text.statuses(
      "upstream_requests_total", "route",
      "Requests of the gateway's own to the notes API, by what came of them.",
      total.upstreamRequests)
    text.histograms(
      "upstream_seconds", "route",
      "How long the notes API took to answer them, the wait for a connection included.",
      total.upstreamTimes)
    text.gauge(
      "upstream_in_flight", "Requests to the notes API that are under way.",
      sum(\.upstreamInFlightCount))
    text.statuses(
      "proxy_requests_total", "method", "Plain HTTP requests, by what was answered.",
      total.proxyRequests)
    text.histogram(
      "proxy_seconds", "From a plain HTTP request's head to the end of its answer.",
      total.proxyTimes)
  }

  private func writeRest(_ total: WorkerMetrics, to text: inout PrometheusText) {
    text.tally(
      "key_refreshes_total", "result", "Fetches of authentication.keys.jwks_url.",
      main.keyRefreshes)
    text.tally(
      "configuration_reloads_total", "result", "Readings of the configuration after the first.",
      main.reloads)
    let lag = "notes_gateway_loop_lag_seconds"
    text.begin(lag, .histogram, "How late the timers of a worker's loop are, looked at each 0.5 s.")
    for figures in workers {
      text.histogram(lag, ("worker", String(figures.worker)), figures.metrics.loopLags)
    }
    text.begin("notes_gateway_build_info", .gauge, "Always 1; the labels say what runs.")
    text.sample(
      "notes_gateway_build_info",
      ["version": build.version, "lws": build.webSockets, "openssl": build.openSSL], "1")
  }

  private func writeProcess(to text: inout PrometheusText) {
    func write(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: String?) {
      guard let value else { return }
      text.begin(name, kind, help)
      text.sample(name, [:], value)
    }
    write(
      "process_cpu_seconds_total", .counter, "User and system CPU time spent.",
      process.processorNanoseconds.map(PrometheusText.seconds))
    write(
      "process_resident_memory_bytes", .gauge, "Resident memory.",
      process.residentSize.map { String($0) })
    write(
      "process_virtual_memory_bytes", .gauge, "Virtual memory.",
      process.virtualSize.map { String($0) })
    write(
      "process_open_fds", .gauge, "Open file descriptors.",
      process.openFileCount.map { String($0) })
    write(
      "process_max_fds", .gauge, "The most file descriptors that may be open.",
      process.openFileCountMax.map { String($0) })
    write(
      "process_start_time_seconds", .gauge, "When the process started, since 1970.",
      process.startNanoseconds.map(PrometheusText.seconds))
  }
}

/// Whole metrics, without the prefix that all of the gateway's own have.
extension PrometheusText {
  fileprivate mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    begin("notes_gateway_\(name)", .counter, help)
    sample("notes_gateway_\(name)", [:], value)
  }

  fileprivate mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    begin("notes_gateway_\(name)", .gauge, help)
    sample("notes_gateway_\(name)", [:], value)
  }

  fileprivate mutating func tally<Label>(
    _ name: String, _ key: String, _ help: String, _ tally: Tally<Label>
  ) {
    begin("notes_gateway_\(name)", .counter, help)
    for label in Label.allCases {
      sample("notes_gateway_\(name)", [key: label.text], tally[label])
    }
  }

  fileprivate mutating func statuses<Label>(
    _ name: String, _ key: String, _ help: String, _ tally: StatusTally<Label>
  ) {
    begin("notes_gateway_\(name)", .counter, help)
    for (label, outcome, count) in tally.happened {
      sample("notes_gateway_\(name)", [key: label.text, "status": outcome], count)
    }
  }

  fileprivate mutating func histogram(_ name: String, _ help: String, _ value: Histogram) {
    begin("notes_gateway_\(name)", .histogram, help)
    histogram("notes_gateway_\(name)", nil, value)
  }

  fileprivate mutating func histograms<Label>(
    _ name: String, _ key: String, _ help: String, _ tally: HistogramTally<Label>
  ) {
    begin("notes_gateway_\(name)", .histogram, help)
    for (label, histogram) in zip(Label.allCases, tally.histograms) {
      self.histogram("notes_gateway_\(name)", (key, label.text), histogram)
    }
  }
}
