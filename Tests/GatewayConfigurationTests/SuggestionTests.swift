import GatewayConfiguration
import Testing

@Suite("What was probably meant")
struct SuggestionTests {
  private static let words = [
    "queue", "identity", "max_connections", "certificate_file", "RS256", "ES256", "warning",
  ]

  @Test(arguments: [
    // Capitals and separators make no difference.
    ("MAX_CONNECTIONS", "max_connections"), ("max-connections", "max_connections"),
    ("maxConnections", "max_connections"), ("maxconnections", "max_connections"),
    ("rs256", "RS256"), ("RS-256", "RS256"),
    // A slip: missing, too many, wrong, swapped. Two in six letters.
    ("quue", "queue"), ("queuee", "queue"), ("quxue", "queue"), ("qeuue", "queue"),
    ("max_conections", "max_connections"), ("xax_connectxons", "max_connections"),
    // The beginning of one.
    ("warn", "warning"), ("certificate", "certificate_file"),
  ])
  func `is the word that is nearest`(word: String, meant: String) {
    #expect(Suggestion.word(for: word, among: SuggestionTests.words) == meant)
  }

  @Test(arguments: [
    "", "-", "qu", "kuwe", "xax_xonnectxons", "256", "none", "e", "queue_of_requests",
    String(repeating: "queue", count: 20_000),
  ])
  func `is nothing where no word is near`(word: String) {
    #expect(Suggestion.word(for: word, among: SuggestionTests.words) == nil)
  }

  @Test func `is nothing where a beginning could be that of two`() {
    #expect(Suggestion.word(for: "create", among: ["create_note", "create_folder"]) == nil)
  }

  @Test(arguments: [
    Refusal(
      "max_connections: 5",
      "f:1:1: max_connections: unknown key; max_connections belongs under upstream"),
    Refusal(
      "limits: {maxMessageSize: 1MiB}",
      "f:1:10: limits.maxMessageSize: unknown key; max_message_size belongs under websocket"),
    Refusal(
      "idle_timeout: 5s",
      "f:1:1: idle_timeout: unknown key; idle_timeout belongs under upstream or under limits"),
    Refusal(
      "port: 443", "f:1:1: port: unknown key; port belongs under listen[]"),
    Refusal(
      "certificate_file: a",
      "f:1:1: certificate_file: unknown key; certificate_file belongs under listen[].tls"),
    Refusal(
      "websocket: {workers: 2}",
      "f:1:13: websocket.workers: unknown key; workers belongs at the top"),
    Refusal(
      "limits.connections: 5",
      "f:1:1: \"limits.connections\": unknown key; connections belongs under limits"),
    Refusal(
      "shutdown-grase: 5s", "f:1:1: \"shutdown-grase\": unknown key; did you mean shutdown_grace?"),
    Refusal(
      "join_cash: 5s",
      "f:1:1: join_cash: unknown key; did you mean join_cache under websocket?"),
    // Its own section comes first.
    Refusal(
      "limits: {idle_timeot: 5s}",
      "f:1:10: limits.idle_timeot: unknown key; did you mean idle_timeout?"),
    Refusal(
      "admin: {lsn: a, colour: 1}",
      "f:1:9: admin.lsn: unknown key; expected listen or publish_token_file",
      "f:1:17: admin.colour: unknown key; expected listen or publish_token_file"),
  ])
  func `of a key says where it belongs`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  @Test(arguments: [
    ("logging: {level: warn}", "did you mean warning?"),
    ("logging: {level: Info}", "did you mean info?"),
    ("authentication: {keys: {jwks_file: k}, algorithms: [rs-256]}", "did you mean RS256?"),
    ("authentication: {keys: {jwks_file: k}, expiry: at-connect}", "did you mean at_connect?"),
    ("upstream: {url: 'http://h', identity: baerer}", "did you mean bearer?"),
    ("websocket: {note_sync_audience: users}", "did you mean user?"),
    ("proxy: {sync_routes: [{'POST /{noteId}': note-sync}]}", "did you mean note_sync?"),
  ])
  func `of a value is one that can stand there`(yaml: String, advice: String) {
    let report = read(yaml).report
    #expect(report.count == 1)
    #expect(report.first?.contains(advice) == true, "\(report)")
  }
}
