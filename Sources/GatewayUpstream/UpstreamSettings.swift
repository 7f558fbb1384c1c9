/// Where a server is and how much of it one client may use: a worker of the notes API, or the main
/// thread of the login service that publishes keys.
///
/// Source: CONFIGURATION.md, `upstream`.
package struct UpstreamSettings: Hashable, Sendable {
  package var origin: UpstreamOrigin
  /// The `Host` field, the upstream's authority; without CR, LF and NUL.
  package var hostField: String
  /// The `User-Agent` field: the product and its version; without CR, LF and NUL.
  package var userAgent: String
  /// The `Accept` field; without CR, LF and NUL.
  package var acceptField: String
  /// `ca_file`: PEM certificates to trust instead of the system's.
  package var caFile: String?
  /// `connect_timeout`: until the TCP and TLS handshakes are done, 1 ms and up.
  package var connectTimeout: Duration
  /// `idle_timeout`: a connection that was idle for longer is not used again. Counted in whole
  /// seconds, rounded down; below one second no connection is used twice.
  package var idleTimeout: Duration
  /// `request_timeout`, 1 ms and up: bounds the wait for a connection of ours to become free, and
  /// then again, anew, the exchange itself.
  package var requestTimeout: Duration
  /// `max_connections`: requests in flight, and connections, at one time; 1 and up.
  package var connectionCountMax: Int
  /// `queue`: requests that may wait beyond those.
  package var queueCountMax: Int
  /// The bytes of an answer's body that are kept; a larger one is a failure.
  package var answerSizeMax: Int

  /// How many of the connections requests have that are passed on. Their clients can hold them as
  /// long as they like, known to us or not, and must not keep the gateway's own requests out: the
  /// last quarter is for these.
  var guestConnectionCountMax: Int { connectionCountMax - connectionCountMax / 4 }
  /// How many of them may wait.
  var guestQueueCountMax: Int { queueCountMax - queueCountMax / 4 }

  package init(
    origin: UpstreamOrigin, hostField: String, userAgent: String = "notes-gateway",
    acceptField: String = "application/json", caFile: String? = nil,
    connectTimeout: Duration = .seconds(2),
    idleTimeout: Duration = .seconds(4), requestTimeout: Duration = .seconds(10),
    connectionCountMax: Int = 64, queueCountMax: Int = 1024, answerSizeMax: Int = 1 << 20
  ) {
    self.origin = origin
    self.hostField = hostField
    self.userAgent = userAgent
    self.acceptField = acceptField
    self.caFile = caFile
    self.connectTimeout = connectTimeout
    self.idleTimeout = idleTimeout
    self.requestTimeout = requestTimeout
    self.connectionCountMax = connectionCountMax
    self.queueCountMax = queueCountMax
    self.answerSizeMax = answerSizeMax
  }
}

/// The server to connect to.
package struct UpstreamOrigin: Hashable, Sendable {
  package let isTLS: Bool
  /// A name or an IP address; an IPv6 address without brackets.
  package let host: String
  /// 1 to 65535.
  package let port: UInt16

  package init(isTLS: Bool, host: String, port: UInt16) {
    self.isTLS = isTLS
    self.host = host
    self.port = port
  }

  /// `http://host:port/`.
  var url: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return "\(isTLS ? "https" : "http")://\(name):\(port)/"
  }
}
