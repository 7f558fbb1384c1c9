import GatewayTokens
import GatewayTypes

/// What a genuine token must say to be accepted by the strict rules of `TokenTarget`: RFC 7519
/// section 4.1, and CONFIGURATION.md, `authentication`.
struct ReferenceClaims {
  let user: String
  /// In seconds.
  let expiry: Double

  /// Nil for what must be refused.
  init?(header: [UInt8], payload: [UInt8], now: WallTime) {
    let signedSize = (header.count + payload.count) * 4 / 3 + 1 + 43
    guard signedSize < TokenVerifier.tokenSizeMax, ReferenceClaims.isHeader(header),
      let root = ReferenceMessage.text(payload)?.root, root.isObject
    else { return nil }
    let claims = NumberedClaims(root, in: payload)
    let seconds = Double(now.milliseconds) / 1000
    guard let expiry = claims.time("exp"), seconds < expiry + 5 else { return nil }
    guard !claims.has("nbf") || claims.time("nbf").map({ $0 <= seconds + 5 }) ?? false,
      !claims.has("iat") || claims.time("iat") != nil
    else { return nil }
    guard root.member("iss")?.isText("login") ?? false, root.member("azp")?.isText("app") ?? false,
      let audience = root.member("aud"), ReferenceClaims.isForNotes(audience),
      let user = root.member("sub")?.string, UserID(user) != nil
    else { return nil }
    self.user = user
    self.expiry = expiry
  }

  private static func isHeader(_ header: [UInt8]) -> Bool {
    guard let root = ReferenceMessage.text(header)?.root, root.isObject,
      root.member("alg")?.isText("HS256") ?? false, root.member("crit") == nil,
      root.member("b64") == nil
    else { return false }
    if let keyID = root.member("kid"), keyID.string == nil { return false }
    guard let type = root.member("typ") else { return true }
    let types = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]
    return type.string.map { types.contains(String(decoding: $0.utf8.map(small), as: UTF8.self)) }
      ?? false
  }

  private static func isForNotes(_ audience: ReferenceJSON) -> Bool {
    guard case .array(let elements) = audience.content else { return audience.isText("notes") }
    return elements.allSatisfy { $0.string != nil } && elements.contains { $0.isText("notes") }
  }
}

/// The claims that are times.
private struct NumberedClaims {
  private let root: ReferenceJSON
  private let text: [UInt8]

  init(_ root: ReferenceJSON, in text: [UInt8]) {
    self.root = root
    self.text = text
  }

  func has(_ name: String) -> Bool { root.member(name) != nil }

  /// In seconds, to the millisecond, as the verifier counts; nil when it is not a time until 9999.
  func time(_ name: String) -> Double? {
    guard let member = root.member(name), case .number = member.content,
      let seconds = Double(String(decoding: text[member.range], as: UTF8.self)),
      seconds >= 0, seconds <= 253_402_300_799
    else { return nil }
    return (seconds * 1000).rounded() / 1000
  }
}

extension ReferenceJSON {
  /// Whether it is the string of these bytes.
  func isText(_ text: String) -> Bool {
    string.map { $0.utf8.elementsEqual(text.utf8) } ?? false
  }
}
