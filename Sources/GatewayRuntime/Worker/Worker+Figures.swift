import GatewayLogic
import GatewayTransport

/// What a worker has of everything, for an operator who asks by SIGUSR1.
///
/// Source: OPERATIONS.md, "Signals".
extension Worker {
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
}
