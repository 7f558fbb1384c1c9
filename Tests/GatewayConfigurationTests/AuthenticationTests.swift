import GatewayConfiguration
import GatewayTypes
import Testing

@Suite("The key authentication")
struct AuthenticationTests {
  @Test func `is read as it is written`() throws {
    let yaml = """
      authentication:
        keys:
          jwks_url: "https://Clerk.example.com/.well-known/jwks.json"
          jwks_file: jwks.json
          public_key_file: /keys/clerk.pem
          hmac_secret_file: ../secret
        algorithms: [EdDSA, HS512]
        issuer: https://clerk.example.com
        audience: [notes, "2"]
        authorized_parties:
          - web
        user_claim: email
        clock_skew: 0s
        deadline: 5s
        expiry: at_connect
        expiry_grace: 0s
      """
    #expect(
      try read(yaml).get().authentication
        == Configuration.Authentication(
          keys: Configuration.Authentication.Keys(
            jwksURL: KeySetURL(
              server: UpstreamURL(isTLS: true, host: "clerk.example.com"),
              target: "/.well-known/jwks.json"),
            jwksFile: "/etc/gateway/jwks.json", publicKeyFile: "/keys/clerk.pem",
            hmacSecretFile: "/etc/gateway/../secret"),
          algorithms: [.edDSA, .hs512], issuer: "https://clerk.example.com",
          audience: ["notes", "2"], authorizedParties: ["web"], userClaim: "email",
          clockSkew: .zero, deadline: .seconds(5), expiry: .atConnect, expiryGrace: .zero))
  }

  @Test(arguments: [
    (
      "https://Clerk.example.com/.well-known/jwks.json",
      "https://clerk.example.com/.well-known/jwks.json"
    ),
    ("https://login.example:8443/keys/", "https://login.example:8443/keys/"),
    ("https://login.example", "https://login.example/"),
    ("https://login.example//k", "https://login.example//k"),
    ("http://127.0.0.1:9000/k", "http://127.0.0.1:9000/k"),
    ("http://127.1.2.3/k", "http://127.1.2.3/k"),
    ("http://[0::1]/k", "http://[::1]/k"),
    ("http://LocalHost/k", "http://localhost/k"),
  ])
  func `takes the address of a key set by https, and by http on this machine`(
    text: String, url: String
  ) throws {
    let yaml = "authentication: {keys: {jwks_url: '\(text)'}}"
    #expect(try read(yaml).get().authentication.keys.jwksURL?.description == url)
  }

  @Test(arguments: [
    ("http://login.example/k", "is http to another machine"),
    ("http://localhost.example/k", "is http to another machine"),
    ("http://128.0.0.1/k", "is http to another machine"),
    ("http://[::2]/k", "is http to another machine"),
    ("ftp://login.example/k", "is not an https URL"),
    ("login.example/k", "has no scheme"),
    ("https://me:secret@login.example/k", "has a user name or password"),
    ("https://login.example/k?a=b", "has a query"),
    ("https://login.example/k#a", "has a fragment"),
    ("https://login.example/a/../k", "has . or .. in its path"),
    ("https://login.example/{k}", "has a character that a path can only have percent-encoded"),
  ])
  func `refuses an address that anybody could answer for`(text: String, reason: String) {
    let shown = text.contains("@") ? "https://…@login.example/k" : text
    #expect(
      read("authentication: {keys: {jwks_url: '\(text)'}}").report == [
        "f:1:35: authentication.keys.jwks_url: \"\(shown)\" \(reason); expected an https URL, such "
          + "as https://clerk.example.com/.well-known/jwks.json, or http to this machine "
          + "(localhost, 127.0.0.1 or [::1])"
      ])
  }

  @Test(arguments: [
    ("jwks_file: k", "", [SigningAlgorithm.rs256]),
    ("public_key_file: k", "[ES256, EdDSA]", [.es256, .edDSA]),
    ("jwks_url: 'https://k'", "[PS512]", [.ps512]),
    ("hmac_secret_file: k", "[HS256, HS256]", [.hs256]),
    ("hmac_secret_file: k, jwks_file: j", "[HS384, PS256]", [.hs384, .ps256]),
  ])
  func `takes algorithms that have keys`(
    keys: String, list: String, algorithms: [SigningAlgorithm]
  ) throws {
    let yaml = "authentication: {keys: {\(keys)}\(list.isEmpty ? "" : ", algorithms: \(list)")}"
    #expect(try read(yaml).get().authentication.algorithms == Set(algorithms))
  }

  @Test(arguments: [
    Refusal(
      "authentication:\n  keys: {hmac_secret_file: s}",
      "f:2:28: authentication.keys.hmac_secret_file: no algorithm uses it, since algorithms is "
        + "[RS256] unless it is given; expected algorithms: [HS256]"),
    Refusal(
      "authentication:\n  keys: {hmac_secret_file: s, jwks_file: j}",
      "f:2:28: authentication.keys.hmac_secret_file: no algorithm uses it, since algorithms is "
        + "[RS256] unless it is given; expected algorithms: [RS256, HS256]"),
    Refusal(
      "authentication:\n  keys: {hmac_secret_file: s}\n  algorithms: [HS256, ES256]",
      "f:3:23: authentication.algorithms[1]: ES256 has no key; expected jwks_url, jwks_file "
        + "or public_key_file in authentication.keys"),
    Refusal(
      "authentication:\n  keys: {public_key_file: p}\n  algorithms: [HS256, ES256]",
      "f:3:16: authentication.algorithms[0]: HS256 has no key; expected hmac_secret_file "
        + "in authentication.keys"),
    Refusal(
      "authentication:\n  keys: {jwks_file: j, hmac_secret_file: s}\n  algorithms: [RS256]",
      "f:2:42: authentication.keys.hmac_secret_file: no algorithm uses it; expected HS256, HS384 "
        + "or HS512 in algorithms"),
    Refusal(
      "authentication:\n  keys: {jwks_file: j, public_key_file: p, hmac_secret_file: s}\n"
        + "  algorithms: [HS256]",
      "f:2:21: authentication.keys.jwks_file: no algorithm uses it; expected RS256 or another "
        + "public key algorithm in algorithms",
      "f:2:41: authentication.keys.public_key_file: no algorithm uses it; expected RS256 or "
        + "another public key algorithm in algorithms"),
  ])
  func `refuses algorithms without keys, and keys without an algorithm`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }

  private static let names =
    "expected HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA"

  @Test(arguments: [
    Refusal(
      "authentication: {keys: {hmac_secret_file: s}, algorithms: [hs256, none]}",
      "f:1:60: authentication.algorithms[0]: \"hs256\" is not one of them (did you mean HS256?); "
        + names,
      "f:1:67: authentication.algorithms[1]: \"none\" is not one of them; " + names),
    Refusal(
      "authentication: {keys: {jwks_file: j}, algorithms: []}",
      "f:1:52: authentication.algorithms: the list has 0 entries; expected a list of 1 to 64, "
        + "each "
        + names.dropFirst("expected ".count)),
    Refusal(
      "authentication: {keys: {}, issuer: \"\", user_claim: \"a\\nb\"}",
      "f:1:24: authentication.keys: no key is given; expected jwks_url, jwks_file, "
        + "public_key_file or hmac_secret_file",
      "f:1:36: authentication.issuer: \"\" is empty; expected an iss claim, a text of 1 to 1024 "
        + "bytes on one line",
      "f:1:52: authentication.user_claim: \"a\\u{a}b\" has a line end or another control "
        + "character; expected the name of a claim, a text of 1 to 128 bytes on one line"),
    Refusal(
      "authentication: {keys: {jwks_file: k}, expiry: at-connect, expiry_grace: -1s}",
      "f:1:48: authentication.expiry: \"at-connect\" is not one of them (did you mean "
        + "at_connect?); expected enforced or at_connect",
      "f:1:74: authentication.expiry_grace: \"-1s\" is not a duration; expected a duration from "
        + "0s to 8760h, such as 250ms, 30s, 5m or 24h"),
    Refusal(
      "authentication: {keys: {jwks_file: }}",
      "f:1:36: authentication.keys.jwks_file: has no value; expected the path of a JSON Web Key "
        + "Set"),
    Refusal(
      "authentication: {keys: {jwks_file: \"a\\0b\"}}",
      "f:1:36: authentication.keys.jwks_file: \"a\\u{0}b\" has a NUL character; expected the path "
        + "of a JSON Web Key Set"),
  ])
  func `refuses values that are none`(refusal: Refusal) {
    #expect(read(refusal.yaml).report == refusal.report)
  }
}
