import GatewayTypes

/// What one worker counts. A plain value of its own: nothing of it is shared while it is counted
/// in, and a copy of it is what the main thread adds up.
///
/// Source: OPERATIONS.md, "Metrics".
struct WorkerMetrics: Sendable {
  var connectionsOpened: UInt64 = 0
  /// Connections that have authenticated and are there.
  var authenticatedCount = 0
  var connectionsClosed = Tally<ClosedLabel>()
  var upgradesRefused = Tally<UpgradeRefusal>()
  var authentications = Tally<AuthenticationResult>()
  var messagesReceived = Tally<ReceivedType>()
  var messagesSent = Tally<SentType>()
  var errors = Tally<ErrorCode>()
  var broadcasts: UInt64 = 0
  var deliveries: UInt64 = 0
  var deliveryTimes = Histogram()
  var writeTimes = Histogram()
  var upstreamRequests = StatusTally<RouteLabel>()
  var upstreamTimes = HistogramTally<RouteLabel>()
  var slowConsumersClosed: UInt64 = 0
  var rateLimited: UInt64 = 0
  var proxyRequests = StatusTally<MethodLabel>()
  var proxyTimes = Histogram()
  var resumes = Tally<ResumeResult>()
  var loopLags = Histogram()

  /// A message for one connection.
  mutating func countSent(_ message: GatewayMessage) {
    messagesSent.count(SentType(message))
    guard case .error(let report) = message else { return }
    errors.count(report.code)
    if report.code == .rateLimited { rateLimited &+= 1 }
  }

  /// What another worker has counted is counted here as well; but for the loop, which each has for
  /// itself.
  mutating func add(_ other: WorkerMetrics) {
    connectionsOpened &+= other.connectionsOpened
    authenticatedCount += other.authenticatedCount
    connectionsClosed.add(other.connectionsClosed)
    upgradesRefused.add(other.upgradesRefused)
    authentications.add(other.authentications)
    messagesReceived.add(other.messagesReceived)
    messagesSent.add(other.messagesSent)
    errors.add(other.errors)
    broadcasts &+= other.broadcasts
    deliveries &+= other.deliveries
    deliveryTimes.add(other.deliveryTimes)
    writeTimes.add(other.writeTimes)
    upstreamRequests.add(other.upstreamRequests)
    upstreamTimes.add(other.upstreamTimes)
    slowConsumersClosed &+= other.slowConsumersClosed
    rateLimited &+= other.rateLimited
    proxyRequests.add(other.proxyRequests)
    proxyTimes.add(other.proxyTimes)
    resumes.add(other.resumes)
  }
}

/// What one worker has counted, and what it has at the moment.
struct WorkerFigures: Sendable {
  let worker: UInt16
  var metrics: WorkerMetrics
  var webSocketCount = 0
  var httpConnectionCount = 0
  var roomCount = 0
  var joinedCount = 0
  var upstreamInFlightCount = 0
  var waitingWriteCount = 0
  var queuedSize = 0
}
