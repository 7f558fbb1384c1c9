import GatewayLogic
import GatewayLoop
import GatewayTransport
import GatewayTypes
import GatewayUpstream

/// What a worker has of everything, for an operator who asks, by SIGUSR1 or by `/metrics`.
///
/// Source: OPERATIONS.md, "Signals" and "Metrics".
extension Worker {
  /// What is not finished now. A client that has all it is sent, and only has not answered the
  /// closing frame, has lost nothing.
  var unfinished: WorkerRemains {
    WorkerRemains(
      connectionCount: connections.ids.count(where: isUnfinished), requestCount: exchangeCount,
      writeCount: home.busyLaneCount, waitingWriteCount: home.waitingWriteCount)
  }

  private func isUnfinished(_ id: ConnectionID) -> Bool {
    connections[id]?.session.isClosing == false || front.queuedSize(of: id) > 0
  }

  /// Looks at every connection, so it is not for each turn.
  func logFigures() {
    log.notice(
      "figures",
      [
        .worker: index, .connections: connections.count, .users: readers.userCount,
        .httpConnections: front.httpConnectionCount, .requests: exchangeCount,
        .watchedRequests: watched.count, .rooms: readers.roomCount, .joined: readers.memberCount,
        .notes: home.count, .lanes: home.busyLaneCount, .waitingWrites: home.waitingWriteCount,
        .queuedSize: front.queuedSize, .waitingTokens: waitingTokens.count,
        .waitingRequests: waitingRequests.count,
      ])
  }

  /// As expensive as `logFigures`. The rooms are those of the notes that are at home here, since
  /// one note may have members on many workers.
  var figures: WorkerFigures {
    WorkerFigures(
      worker: index, metrics: metrics, webSocketCount: connections.count,
      httpConnectionCount: front.httpConnectionCount, roomCount: home.roomCount,
      joinedCount: readers.memberCount, upstreamInFlightCount: upstreamInFlightCount,
      waitingWriteCount: home.waitingWriteCount, queuedSize: front.queuedSize)
  }

  // MARK: What is measured at the end of a turn

  /// All that was sent has gone out, what was to be measured until then included.
  func flushed(at time: MonotonicTime) {
    for readAt in writesToMeasure { metrics.writeTimes.observe(time - readAt) }
    writesToMeasure.removeAll(keepingCapacity: true)
    for clock in deliveriesToMeasure { finish(clock, writtenAt: time) }
    deliveriesToMeasure.removeAll(keepingCapacity: true)
  }

  func finish(_ clock: DeliveryClock, writtenAt time: MonotonicTime?) {
    if let duration = clock.finish(writtenAt: time) { metrics.deliveryTimes.observe(duration) }
  }

  // MARK: The loop

  static let lagInterval = Duration.milliseconds(500)

  /// The lag timer has fired, which it should have done an interval after the last time.
  func measureLag() {
    let now = SystemClock.monotonic
    metrics.loopLags.observe(now - lagMeasuredAt - Worker.lagInterval)
    lagMeasuredAt = now
  }
}
