/// The bounds on what waits in memory, by the keys of the configuration.
///
/// Sizes are bytes. Source: CONFIGURATION.md, `limits`, `websocket`, `authentication`.
package struct Limits: Hashable, Sendable {
  /// `websocket.max_message_size`: the largest text message of a client, 1 byte and up.
  package var messageSizeMax: Int
  /// `limits.rooms_per_connection`.
  package var roomsPerConnection: Int
  /// `limits.outbound_queue`: what may wait for one connection's client to read it.
  package var outboundQueueSizeMax: Int
  /// `limits.pending_writes_per_note`: writes that wait behind the one in flight.
  package var pendingWritesPerNote: Int

  package init(
    messageSizeMax: Int = 1 << 20, roomsPerConnection: Int = 100,
    outboundQueueSizeMax: Int = 4 << 20, pendingWritesPerNote: Int = 256
  ) {
    self.messageSizeMax = messageSizeMax
    self.roomsPerConnection = roomsPerConnection
    self.outboundQueueSizeMax = outboundQueueSizeMax
    self.pendingWritesPerNote = pendingWritesPerNote
  }
}
