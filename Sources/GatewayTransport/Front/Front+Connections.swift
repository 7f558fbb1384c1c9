import CLoop
import CWebSockets
import GatewayLoop
import GatewayTypes
import GatewayWire

// Connections that are not WebSocket ones, and how they become such.
extension Front {
  /// A connection came in; the descriptor is the front's.
  func accepted(_ descriptor: CInt, _ peer: PeerAddress, tlsIndex: Int?) {
    guard let server, let admission = admission(of: peer) else {
      ng_close(descriptor)
      return
    }
    let connection = HTTPConnection(
      front: self, peer: peer, isTLS: tlsIndex != nil, admission: admission)
    // Unretained: it is held by the list until it has closed the stream or given it away.
    let context = Unmanaged.passUnretained(connection).toOpaque()
    var callbacks = HTTPConnection.callbacks
    if let tlsIndex {
      connection.stream = ng_stream_new_tls(
        server, CInt(clamping: tlsIndex), descriptor, context, &callbacks)
    } else {
      connection.stream = ng_stream_new_plain(server, descriptor, context, &callbacks)
    }
    guard connection.stream != nil else {
      end(admission)
      return
    }
    connection.listIndex = httpConnections.count
    httpConnections.append(connection)
  }

  /// What a connection is admitted as; nil when there is not even room for another refusal.
  private func admission(of peer: PeerAddress) -> HTTPConnection.Admission? {
    switch handler?.accepted(from: peer) {
    case .accept(let ticket): return .accepted(ticket)
    case .refuse(let refusal):
      guard refusedCount < Front.refusedCountMax else { return nil }
      refusedCount += 1
      return .refused(refusal)
    case nil: return nil
    }
  }

  /// The end of a connection that is no WebSocket.
  func end(_ admission: HTTPConnection.Admission) {
    switch admission {
    case .accepted(let ticket): handler?.ended(ticket)
    case .refused: refusedCount -= 1
    }
  }

  /// The end of a WebSocket connection, opened or not.
  func release(_ index: UInt32) {
    let upgrade = (slots.start + Int(index)).pointee.upgrade
    slots.release(index)
    if let upgrade { handler?.ended(upgrade.ticket) }
  }

  /// Takes a connection off the list. Returns false when it is not there any more.
  @discardableResult
  func remove(_ connection: HTTPConnection) -> Bool {
    let index = connection.listIndex
    guard index < httpConnections.count, httpConnections[index] === connection else {
      return false
    }
    httpConnections.swapAt(index, httpConnections.count - 1)
    httpConnections.removeLast()
    if index < httpConnections.count { httpConnections[index].listIndex = index }
    return true
  }

  /// Has a connection look at its input again at the end of the turn: not at once, for its user may
  /// be in the middle of something, and a client with many requests in one packet would go deep.
  func resume(_ connection: HTTPConnection) {
    guard !connection.isResumed else { return }
    connection.isResumed = true
    resumedConnections.append(connection)
    turnEnd?.request()
  }

  func resumeConnections() {
    guard !resumedConnections.isEmpty else { return }
    let resumed = resumedConnections
    resumedConnections.removeAll(keepingCapacity: true)
    for connection in resumed {
      connection.isResumed = false
      connection.resume()
    }
  }

  /// Looks for connections on which something should have happened by now.
  func sweepOverdue() {
    let now = SystemClock.monotonic
    for connection in httpConnections where connection.deadline <= now { connection.timedOut() }
  }

  /// Hands a stream to libwebsockets. `following` are the bytes behind the request.
  func upgrade(
    _ stream: UnsafeMutablePointer<ng_stream>, key: WebSocketKey,
    following: UnsafeRawBufferPointer, _ upgrade: Slot.Upgrade
  ) {
    let index = slots.take(upgrade, nonce: SystemClock.randomNumber)
    let generation = (slots.start + Int(index)).pointee.generation
    let connection = Array(key.bytes).withUnsafeBufferPointer { key in
      key.baseAddress.map { key in
        ng_stream_upgrade(
          stream, key, following.assumingMemoryBound(to: UInt8.self).baseAddress, following.count,
          index, generation)
      } ?? nil
    }
    // It may have been opened and closed again by now.
    let slot = slots.start + Int(index)
    if connection == nil, slot.pointee.generation == generation, slot.pointee.state == .opening {
      release(index)
    }
  }
}
