/// What was left of a worker's work when its loop ended.
struct WorkerRemains: Sendable {
  /// WebSocket connections.
  var connectionCount = 0
  /// Plain HTTP requests.
  var requestCount = 0
  /// Writes that the notes API was asked for and has not answered.
  var writeCount = 0
  /// Those that waited behind them.
  var waitingWriteCount = 0

  var isEmpty: Bool { connectionCount + requestCount + writeCount + waitingWriteCount == 0 }

  static func + (left: WorkerRemains, right: WorkerRemains) -> WorkerRemains {
    WorkerRemains(
      connectionCount: left.connectionCount + right.connectionCount,
      requestCount: left.requestCount + right.requestCount,
      writeCount: left.writeCount + right.writeCount,
      waitingWriteCount: left.waitingWriteCount + right.waitingWriteCount)
  }
}
