import GatewayLogic
import Testing

/// Source: RFC 6454 sections 4 and 6.2.
struct OriginRuleTests {
  @Test(arguments: [
    ("https://notes.example.com", "notes.example.com", true),
    ("https://notes.example.com", "notes.example.com:443", true),
    ("https://notes.example.com:443", "notes.example.com", true),
    ("HTTPS://Notes.Example.COM", "notes.example.com", true),
    ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
    ("http://[::1]:8080", "[::1]:8080", true),
    // TLS may have been ended in front of the gateway: the scheme is the page's to say.
    ("http://notes.example.com", "notes.example.com", true),
    ("https://notes.example.com", "notes.example.com:80", false),
    ("http://notes.example.com", "notes.example.com:443", false),
    ("https://evil.example.com", "notes.example.com", false),
    ("https://notes.example.com.evil.com", "notes.example.com", false),
    ("https://notes.example.com:8443", "notes.example.com", false),
    ("null", "notes.example.com", false), ("", "notes.example.com", false),
    ("https://", "", false), ("notes.example.com", "notes.example.com", false),
    ("file://", "", false),
  ])
  func `without a list a page may connect to the host and port that it came from`(
    origin: String, host: String, isAllowed: Bool
  ) {
    #expect(
      OriginRule.sameHost.allows(origin: origin, host: host) == isAllowed, "\(origin) to \(host)")
  }

  @Test(arguments: [
    ("https://app.example.com", true), ("https://APP.example.com", true),
    ("https://app.example.com:443", true), ("http://localhost:5173", true),
    ("capacitor://localhost", true), ("CAPACITOR://localhost", true),
    ("http://app.example.com", false), ("https://app.example.com:444", false),
    ("https://app.example.com.evil.com", false), ("null", false), ("", false),
  ])
  func `a list allows its origins, in any case, with or without the scheme's own port`(
    origin: String, isAllowed: Bool
  ) {
    let rule = OriginRule.listed([
      "https://app.example.com", "http://localhost:5173", "capacitor://localhost",
    ])
    // The request's own host is not asked for.
    #expect(rule.allows(origin: origin, host: "app.example.com") == isAllowed, "\(origin)")
  }

  @Test(arguments: ["https://app.example.com", "null", "anything"])
  func `a star allows every page`(origin: String) {
    #expect(OriginRule.any.allows(origin: origin, host: "notes.example.com"))
  }
}
