import COpenSSL

/// The bounds of connections, by the keys of the configuration. Sizes are bytes.
///
/// Source: CONFIGURATION.md, `limits` and `websocket`.
package struct TransportSettings: Hashable, Sendable {
  /// `limits.header_size`: the largest head of a request.
  package var headerSizeMax: Int
  /// `limits.header_timeout`: from the accept to the end of the first request's head, TLS handshake
  /// included; from the first byte to the last of the head of each request after it.
  package var headerTimeout: Duration
  /// `limits.body_timeout`: between two reads of a request's body.
  package var bodyTimeout: Duration
  /// `limits.idle_timeout`: how long a connection is kept between two requests, and how long a
  /// client may take nothing of an answer.
  package var idleTimeout: Duration
  /// `websocket.max_message_size`: the largest message of a client, 1 and up.
  package var messageSizeMax: Int
  /// The largest text message that is kept of a client before `Front.trust`.
  package var earlyMessageSizeMax: Int
  /// `websocket.ping_interval`: after so long a silence the client is pinged, after another one the
  /// connection is given up. Zero: never.
  package var pingInterval: Duration
  /// `limits.outbound_queue`: what may wait for one client to read it.
  package var outboundQueueSizeMax: Int
  /// From the moment at which the gateway decides to close a WebSocket connection: how long what
  /// was sent before may take to go out, and the client to answer.
  package var closeTimeout: Duration
  /// How long a front that stops listening waits for requests: some round trips, those of TLS
  /// included.
  package var lastRequestTimeout: Duration
  /// How long TLS session tickets are sealed with one key; they are taken for as long again.
  package var ticketKeyLifetime: Duration

  package init(
    headerSizeMax: Int = 32 << 10, headerTimeout: Duration = .seconds(10),
    bodyTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(75),
    messageSizeMax: Int = 1 << 20, earlyMessageSizeMax: Int = .max,
    pingInterval: Duration = .seconds(30), outboundQueueSizeMax: Int = 4 << 20,
    closeTimeout: Duration = .seconds(5), lastRequestTimeout: Duration = .seconds(1),
    ticketKeyLifetime: Duration = TransportSettings.ticketLifetime
  ) {
    self.headerSizeMax = headerSizeMax
    self.headerTimeout = headerTimeout
    self.bodyTimeout = bodyTimeout
    self.idleTimeout = idleTimeout
    self.messageSizeMax = messageSizeMax
    self.earlyMessageSizeMax = earlyMessageSizeMax
    self.pingInterval = pingInterval
    self.outboundQueueSizeMax = outboundQueueSizeMax
    self.closeTimeout = closeTimeout
    self.lastRequestTimeout = lastRequestTimeout
    self.ticketKeyLifetime = ticketKeyLifetime
  }

  /// How long a ticket is good: each then lives as long as its key is known.
  package static var ticketLifetime: Duration { .seconds(Int(NG_TLS_TICKET_LIFETIME_S)) }
}
