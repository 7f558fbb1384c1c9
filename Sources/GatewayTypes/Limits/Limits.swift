/// The bounds on what waits in memory, by the keys of the configuration.
///
/// Sizes are bytes. Source: CONFIGURATION.md, `limits`, `websocket`, `authentication`.
package struct Limits: Hashable, Sendable {
  /// `websocket.max_message_size`: the largest text message of a client, 1 byte and up.
  package var messageSizeMax: Int
  /// `limits.messages_per_minute`: of one connection, 1 and up.
  package var messagesPerMinute: Int
  /// `limits.rooms_per_connection`.
  package var roomsPerConnection: Int
  /// `limits.outbound_queue`: what may wait for one connection's client to read it.
  package var outboundQueueSizeMax: Int
  /// `limits.pending_writes_per_note`: writes that wait behind the one in flight.
  package var pendingWritesPerNote: Int
  /// `authentication.early_messages.count`: messages held before authentication, 0 for none.
  package var earlyMessageCountMax: Int
  /// `authentication.early_messages.size`: their bytes together.
  package var earlyMessageSizeMax: Int

  package init(
    messageSizeMax: Int = 1 << 20, messagesPerMinute: Int = 300, roomsPerConnection: Int = 100,
    outboundQueueSizeMax: Int = 4 << 20, pendingWritesPerNote: Int = 256,
    earlyMessageCountMax: Int = 32, earlyMessageSizeMax: Int = 64 << 10
  ) {
    self.messageSizeMax = messageSizeMax
    self.messagesPerMinute = messagesPerMinute
    self.roomsPerConnection = roomsPerConnection
    self.outboundQueueSizeMax = outboundQueueSizeMax
    self.pendingWritesPerNote = pendingWritesPerNote
    self.earlyMessageCountMax = earlyMessageCountMax
    self.earlyMessageSizeMax = earlyMessageSizeMax
  }

  /// The largest message that is read at all before authentication: one that could be held, or has
  /// a token, with an envelope around it.
  package var earlyMessageKeptSizeMax: Int {
    let (size, overflow) = max(earlyMessageSizeMax, 16 << 10).addingReportingOverflow(32 << 10)
    return overflow ? .max : size
  }

  /// The requests of one connection that may be unanswered at a time.
  package var unansweredCountMax: Int { 1024 }

  /// The bytes of one connection's unanswered requests together: room for a few of the largest.
  package var unansweredSizeMax: Int { max(4 << 20, messageSizeMax.multipliedSaturating(by: 4)) }
}

extension Int {
  fileprivate func multipliedSaturating(by factor: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
