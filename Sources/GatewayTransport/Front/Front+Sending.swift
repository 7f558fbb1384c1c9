import CWebSockets
import GatewayLoop
package import GatewayTypes
package import GatewayWire

// What is sent is collected here and written by `flush`.
extension Front {
  /// A write of more is asked whether the socket took it all, for what it did not is held in
  /// memory.
  private static let heldSizeMin = 16 << 10
  /// What one connection with much to catch up on may write before others run.
  private static let burstSizeMax = 256 << 10

  /// Sends a frame to one connection, behind what was sent to it before; not to one that is closing
  /// or gone.
  package func send(_ frame: EncodedFrame, to id: ConnectionID) {
    guard let slot = slot(of: id), slot.pointee.state == .open else { return }
    turn.add(frame, for: id.slot, slot)
    turnEnd?.request()
  }

  /// Sends one frame to many connections of this worker, by their slots, but not to the one in slot
  /// `except`. Slots whose connections are closing or gone are passed over. Returns to how many it
  /// goes; `FrontHandler.flushed` follows when it has gone out.
  @discardableResult
  package func send(
    _ frame: EncodedFrame, toSlots members: UnsafeBufferPointer<UInt32>, except: UInt32?
  ) -> Int {
    guard !members.isEmpty else { return 0 }
    turnEnd?.request()
    return turn.add(
      frame, for: members, except: except ?? .max,
      among: UnsafeMutableBufferPointer(start: slots.start, count: Int(slots.count)))
  }

  /// The end of a turn of the loop.
  func turnEnded() {
    resumeConnections()
    guard turn.slotCount > 0 || !closingSlots.isEmpty else { return }
    let wait = pace.wait(at: SystemClock.monotonic, sparedCount: turn.sparedCount)
    if wait > .zero {
      gatherTimer?.start(after: wait)
    } else {
      flush()
    }
  }

  /// Writes what was sent, to each connection once.
  func flush() {
    let start = SystemClock.monotonic
    let (writeCount, sparedCount) = (turn.slotCount, turn.sparedCount)
    flushSlots()
    turn.removeAll()
    gathered.turnEnded()
    let closing = closingSlots
    closingSlots.removeAll(keepingCapacity: true)
    for index in closing { sayClosing(index) }
    let end = SystemClock.monotonic
    pace.flushed(from: start, to: end, writeCount: writeCount, sparedCount: sparedCount)
    handler?.flushed(at: end)
    reportOverflows()
  }

  /// Flushes all slots of the turn. Their sockets are looked up for several at a time: most of what
  /// a write to one of thousands takes, outside of the kernel, is waiting for its memory.
  private func flushSlots() {
    var first = 0
    while first < turn.slotCount {
      let count = min(turn.slotCount - first, sockets.capacity)
      for offset in 0..<count {
        sockets.connections[offset] = slots.start[Int(turn.slot(at: first + offset))].connection
      }
      sockets.find(count)
      for offset in 0..<count { flush(turn.slot(at: first + offset), at: sockets[offset]) }
      first += count
    }
  }

  private func reportOverflows() {
    guard !overflows.isEmpty else { return }
    let reported = overflows
    overflows.removeAll(keepingCapacity: true)
    for id in reported where isOpen(id) { handler?.outboundQueueOverflowed(id) }
  }

  // MARK: One connection

  /// Writes what one connection was sent, as far as it takes it; the rest goes into its queue.
  /// `socket` is where, as far as it is known, or -1.
  func flush(_ index: UInt32, at socket: CInt = -1) {
    let slot = slots.start + Int(index)
    var link = slot.pointee.firstLink
    guard link >= 0 else { return }
    slot.pointee.firstLink = -1
    guard let connection = slot.pointee.connection,
      slot.pointee.state == .open || slot.pointee.state == .closing
    else { return }
    var socket = socket
    while link >= 0, !slot.pointee.isBlocked {
      link = write(from: link, to: slot, connection, at: socket)
      socket = -1
    }
    if link >= 0 { queue(from: link, skipping: 0, slot, index) }
  }

  /// Writes the frame of one link, or those of several at once. Returns the first link of which
  /// nothing is written yet.
  private func write(
    from first: Int32, to slot: UnsafeMutablePointer<Slot>,
    _ connection: UnsafeMutablePointer<ng_ws_connection>, at socket: CInt
  ) -> Int32 {
    let link = turn.link(at: first)
    var bytes = turn.bytes(of: link)
    var next = link.next
    if next >= 0,
      let filled = gathered.fill(from: first, of: turn, upTo: ng_ws_write_size(connection))
    {
      (bytes, next) = filled
    }
    let taken =
      socket >= 0
      ? ng_ws_write_to_socket(connection, socket, bytes.start, bytes.size)
      : ng_ws_write(connection, bytes.start, bytes.size)
    if taken == bytes.size {
      if taken > Front.heldSizeMin { noteHeld(taken, slot, connection) }
      return next
    }
    slot.pointee.isBlocked = true
    if taken < 0 {
      slot.pointee.state = .mute
      return -1
    }
    queue(from: first, skipping: taken, slot, connection.pointee.slot)
    return -1
  }

  /// Puts what is linked from `first` on into the connection's own queue, but for the first
  /// `skipped` bytes, which are gone.
  private func queue(
    from first: Int32, skipping skipped: Int, _ slot: UnsafeMutablePointer<Slot>, _ index: UInt32
  ) {
    let queue = slot.pointee.queue ?? OutboundQueue()
    slot.pointee.queue = queue
    var skipped = skipped
    var cursor = first
    while cursor >= 0 {
      let link = turn.link(at: cursor)
      let frame = turn.frame(of: link)
      if skipped >= frame.bytes.count {
        skipped -= frame.bytes.count
      } else {
        queue.append(frame, from: skipped)
        skipped = 0
      }
      cursor = link.next
    }
    checkBound(slot, index)
  }

  private func checkBound(_ slot: UnsafeMutablePointer<Slot>, _ index: UInt32) {
    guard slot.pointee.queuedSize > settings.outboundQueueSizeMax,
      !slot.pointee.hasOverflowed, slot.pointee.state == .open
    else { return }
    slot.pointee.hasOverflowed = true
    overflows.append(id(of: index))
  }

  private func noteHeld(
    _ size: Int, _ slot: UnsafeMutablePointer<Slot>,
    _ connection: UnsafeMutablePointer<ng_ws_connection>
  ) {
    if ng_ws_is_writable(connection) == 0 {
      slot.pointee.isBlocked = true
      slot.pointee.heldSize = size
    }
  }

  // MARK: A connection that can be written again

  /// The connection takes bytes again: what waits goes out, and then the closing frame.
  func becameWritable(_ index: UInt32) {
    let slot = slots.start + Int(index)
    guard let connection = slot.pointee.connection else { return }
    slot.pointee.isBlocked = false
    slot.pointee.heldSize = 0
    // It takes what it is sent, so it is there, whatever became of pings.
    slot.pointee.isPinged = false
    if let queue = slot.pointee.queue {
      drain(queue, to: slot, connection)
      guard !slot.pointee.isBlocked else { return }
      slot.pointee.queue = nil
    }
    sayClosing(index)
  }

  private func drain(
    _ queue: OutboundQueue, to slot: UnsafeMutablePointer<Slot>,
    _ connection: UnsafeMutablePointer<ng_ws_connection>
  ) {
    let scratch = gathered.lend()
    let sizeMax = min(ng_ws_write_size(connection), scratch.count)
    var burstSize = 0
    while !queue.isEmpty, !slot.pointee.isBlocked {
      var size = 0
      let taken = queue.withNext(upTo: sizeMax, scratch: scratch) { bytes in
        size = bytes.count
        guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return 0 }
        return ng_ws_write(connection, start, size)
      }
      if taken < 0 {
        slot.pointee.state = .mute
        slot.pointee.isBlocked = true
        return
      }
      queue.remove(taken)
      burstSize += taken
      if taken < size {
        slot.pointee.isBlocked = true
      } else if size > Front.heldSizeMin {
        noteHeld(size, slot, connection)
      }
      if burstSize >= Front.burstSizeMax, !queue.isEmpty, !slot.pointee.isBlocked {
        slot.pointee.isBlocked = true
        ng_ws_request_writable(connection)
      }
    }
  }
}
