import CWebSockets
import GatewayLoop
package import GatewayTypes
import GatewayWire

/// When a connection that is being closed is dropped.
struct CloseDeadline {
  let id: ConnectionID
  let time: MonotonicTime
}

extension Front {
  /// Each client is pinged at every so many sweeps.
  static let sweepsPerPing = 8

  /// Closes a connection: what was sent before goes out, then a closing frame with `code` and as
  /// much of `reason` as fits; nothing follows. After `closeTimeout` it is dropped, answered or
  /// not. With `.tooSlow` what was sent before is dropped. Not for a connection that is closing or
  /// gone.
  package func close(_ id: ConnectionID, _ code: CloseCode, reason: String = "") {
    guard let slot = slot(of: id), slot.pointee.state == .open else { return }
    slot.pointee.state = .closing
    slot.pointee.ownCode = code.rawValue
    closingFrames[id.slot] = EncodedFrame.close(code, reason: reason)
    if code == .tooSlow { dropOutput(slot) }
    closingSlots.append(id.slot)
    turnEnd?.request()
    closeDeadlines.append(
      CloseDeadline(id: id, time: SystemClock.monotonic + settings.closeTimeout))
    if closeDeadlines.count == 1 { closeTimer?.start(after: settings.closeTimeout) }
  }

  /// Forgets what was sent, but for the rest of a frame that the client has the beginning of.
  func dropOutput(_ slot: UnsafeMutablePointer<Slot>) {
    slot.pointee.firstLink = -1
    slot.pointee.queue?.dropWhatHasNotBegun()
    if slot.pointee.queue?.isEmpty == true { slot.pointee.queue = nil }
  }

  /// Writes the closing frame of a connection that has nothing else to say any more.
  func sayClosing(_ index: UInt32) {
    let slot = slots.start + Int(index)
    guard slot.pointee.state == .closing, slot.pointee.firstLink < 0, slot.pointee.queue == nil,
      let connection = slot.pointee.connection, let frame = closingFrames[index]
    else { return }
    let result = frame.bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { ng_ws_write_last(connection, $0, bytes.count) } ?? -1
    }
    if result == 0 {
      slot.pointee.isBlocked = true
    } else {
      slot.pointee.state = .mute
      closingFrames[index] = nil
    }
  }

  /// Drops the connections whose closing takes too long.
  func dropOverdue() {
    let now = SystemClock.monotonic
    // All of them have waited as long, so they are in order.
    let due = closeDeadlines.prefix { $0.time <= now }
    closeDeadlines.removeFirst(due.count)
    for deadline in due {
      if let connection = slot(of: deadline.id)?.pointee.connection { ng_ws_drop(connection) }
    }
    if let next = closeDeadlines.first { closeTimer?.start(after: next.time - now) }
  }

  /// Pings each client every `pingInterval`, and gives up those that nothing was heard of since the
  /// last time: no pong, no part of a message, and no room for more of what they are sent.
  ///
  /// Not libwebsockets' own pings: they need a timer a connection, in one sorted list that is
  /// walked for each. Connections are pinged at the sweep at which they came, and so spread.
  func sweepSilent() {
    sweepCount &+= 1
    for index in 0..<Int(slots.count) {
      let slot = slots.start + index
      guard slot.pointee.state == .open || slot.pointee.state == .closing,
        let connection = slot.pointee.connection,
        sweepCount &- slot.pointee.pingedAt >= UInt32(Front.sweepsPerPing)
      else { continue }
      if slot.pointee.isPinged {
        slot.pointee.state = .mute
        ng_ws_drop(connection)
      } else {
        ping(slot, connection)
      }
    }
  }

  private func ping(
    _ slot: UnsafeMutablePointer<Slot>, _ connection: UnsafeMutablePointer<ng_ws_connection>
  ) {
    slot.pointee.pingedAt = sweepCount
    slot.pointee.isPinged = true
    // To a client that does not even take what it is sent a ping would come late. It has as long to
    // take something as another one has to answer.
    guard slot.pointee.state == .open, !slot.pointee.isBlocked, slot.pointee.queue == nil else {
      return
    }
    // With a payload, for libwebsockets does not tell of an empty pong.
    let frame: [UInt8] = [0x89, 1, UInt8(ascii: "?")]
    frame.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      // What is not taken is as good as sent: the client is blocked then, and has to take
      // something.
      if ng_ws_write(connection, start, bytes.count) == 0 { slot.pointee.isBlocked = true }
    }
  }
}
