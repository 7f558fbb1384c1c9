import GatewayConfiguration
import GatewayTypes
import Testing

@Suite("The keys websocket and limits")
struct WebSocketTests {
  @Test(arguments: [
    ("[]", AllowedOrigins.sameHost),
    ("['*']", .any),
    ("['https://a.example', '*']", .any),
    ("['HTTPS://A.example:443', 'http://b:80']", .listed(["https://a.example", "http://b"])),
    (
      "['https://a:8443', 'http://[0:0::1]:3000']",
      .listed(["https://a:8443", "http://[::1]:3000"])
    ),
    ("['capacitor://localhost', 'app://-']", .listed(["capacitor://localhost", "app://-"])),
  ])
  func `hold the origins as browsers send them`(list: String, origins: AllowedOrigins) throws {
    #expect(
      try read("websocket: {allowed_origins: \(list)}").get().webSocket.allowedOrigins == origins)
  }

  @Test(arguments: [
    ("https://a.example/", "has a path"), ("a.example", "has no scheme"),
    ("null", "has no scheme"), ("", "has no scheme"),
    ("https://*.a.example", "has a character in its host that no host name has"),
    ("https://a?", "has a query"), ("https://me@a", "has a user name or password"),
  ])
  func `refuse an origin that no browser sends`(text: String, reason: String) {
    let report = read("websocket: {allowed_origins: ['\(text)']}").report
    let shown = text.contains("@") ? "https://…@a" : text
    #expect(
      report == [
        "f:1:31: websocket.allowed_origins[0]: \"\(shown)\" \(reason); expected an origin, such as "
          + "https://notes.example.com, or \"*\" for any"
      ])
  }

  @Test(arguments: [
    ("ws", "has a path that does not begin with /"), ("", "has a path that does not begin with /"),
    ("/ws?a", "has a character that a path can only have percent-encoded"),
    ("/wś", "has a character that a path can only have percent-encoded"),
    ("/a/..", "has . or .. in its path"), ("/%", "has a % without two hexadecimal digits"),
  ])
  func `refuse a path that no request has`(text: String, reason: String) {
    #expect(
      read("websocket: {paths: ['/', '\(text)']}").report == [
        "f:1:26: websocket.paths[1]: \"\(text)\" \(reason); expected a path that begins with /, "
          + "without a query, such as /ws"
      ])
  }

  @Test func `are read as they are written`() throws {
    let yaml = """
      websocket:
        paths: [/sync]
        max_message_size: 64KiB
        ping_interval: 1s
        join_cache: 0s
        note_sync_audience: user
        changes_include: [updatedAt, "größe"]
      limits:
        rooms_per_connection: 1
        outbound_queue: 128KiB
        pending_writes_per_note: 0
        header_timeout: 1ms
        header_size: 1KiB
        idle_timeout: 1h
      """
    let configuration = try read(yaml).get()
    #expect(
      configuration.webSocket
        == Configuration.WebSocket(
          paths: ["/sync"], pingInterval: .seconds(1), joinCache: .zero,
          noteSyncAudience: .user, changesInclude: ["updatedAt", "größe"]))
    #expect(configuration.limits.messageSizeMax == 65536)
    #expect(configuration.limits.roomsPerConnection == 1)
    #expect(configuration.limits.outboundQueueSizeMax == 131_072)
    #expect(configuration.limits.pendingWritesPerNote == 0)
    #expect(
      configuration.front
        == Configuration.Front(
          headerTimeout: .milliseconds(1), headerSizeMax: 1024, idleTimeout: .seconds(3600)))
    #expect(configuration.warnings == [])
  }

  @Test(arguments: [
    Refusal(
      "websocket: {note_sync_audience: users}",
      "f:1:33: websocket.note_sync_audience: \"users\" is not one of them (did you mean user?); "
        + "expected room or user"),
    Refusal(
      "websocket: {changes_include: updatedAt}",
      "f:1:30: websocket.changes_include: is a single value; expected a list of 0 to 256, each "
        + "the name of a field, a text of 1 to 128 bytes on one line"),
    Refusal(
      "websocket: {changes_include: [a, \"\"]}",
      "f:1:34: websocket.changes_include[1]: \"\" is empty; expected the name of a field, a text "
        + "of 1 to 128 bytes on one line"),
  ])
  func `refuse an audience and fields that are none`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  @Test(arguments: [
    ("limits:\n  outbound_queue: 64KiB", "f:2:19: limits.outbound_queue: ", "64KiB", "1MiB"),
    (
      "websocket:\n  max_message_size: 4MiB", "f:2:21: websocket.max_message_size: ", "4MiB",
      "4MiB"
    ),
  ])
  func `are warned of when one large sync overflows a connection's queue`(
    yaml: String, place: String, queue: String, message: String
  ) throws {
    #expect(
      try read(yaml).get().warnings.map(\.description) == [
        place + "limits.outbound_queue, \(queue), is less than twice websocket.max_message_size, "
          + "\(message): the sync of one large message can close a client that reads fast"
      ])
  }
}
