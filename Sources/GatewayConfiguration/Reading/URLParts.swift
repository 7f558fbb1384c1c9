/// Takes `text`, which may be anything, apart into its scheme in lower case, what stands between
/// `//` and the next slash, and the rest.
func splitURL(
  _ text: String
) throws(ValueProblem) -> (scheme: String, authority: Substring, rest: String) {
  guard text.isVisibleASCII else {
    throw ValueProblem("has a space or another character that a URL cannot have")
  }
  guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
    let first = text.utf8.first, first.isLetter,
    text[..<colon].utf8.allSatisfy({ $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) })
  else { throw ValueProblem("has no scheme") }
  let afterSlashes = text[colon...].dropFirst(3)
  let authority = afterSlashes.prefix { !"/?#".contains($0) }
  guard !authority.contains("@") else { throw ValueProblem("has a user name or password") }
  let rest = afterSlashes[authority.endIndex...]
  guard !rest.contains("?") else { throw ValueProblem("has a query") }
  guard !rest.contains("#") else { throw ValueProblem("has a fragment") }
  return (text[..<colon].lowercased(), authority, String(rest))
}

/// Takes `host:port` apart; the host is in lower case, and without brackets if it is IPv6.
func splitAuthority(
  _ authority: Substring
) throws(ValueProblem) -> (host: String, port: UInt16?) {
  let host: String
  let rest: Substring
  if authority.hasPrefix("[") {
    let inner = authority.dropFirst().prefix { $0 != "]" }
    rest = authority[inner.endIndex...].dropFirst()
    guard inner.endIndex < authority.endIndex, let address = IPAddress(String(inner)),
      address.family == .v6
    else { throw ValueProblem("has brackets without an IPv6 address in them") }
    host = address.text
  } else {
    let name = authority.prefix { $0 != ":" }
    rest = authority[name.endIndex...]
    host = name.lowercased()
    try checkHost(host)
  }
  guard !rest.isEmpty else { return (host, nil) }
  let digits = rest.dropFirst()
  guard rest.hasPrefix(":"), digits.utf8.allSatisfy(\.isDigit), let port = UInt16(digits),
    port > 0
  else { throw ValueProblem("has a port that is not a number from 1 to 65535") }
  return (host, port)
}

private func checkHost(_ host: String) throws(ValueProblem) {
  guard !host.isEmpty else { throw ValueProblem("has no host") }
  guard host.utf8.count <= 253 else { throw ValueProblem("has a host name that is too long") }
  guard host.utf8.allSatisfy({ $0.isLetter || $0.isDigit || "-._".utf8.contains($0) }) else {
    throw ValueProblem("has a character in its host that no host name has")
  }
  let labels = host.split(separator: ".", omittingEmptySubsequences: false)
  // A dot at the end is a name's root.
  guard !labels.dropLast().contains(""), host != "." else {
    throw ValueProblem("has a host name with an empty part")
  }
  // No name ends in a number, so this is an address, or a slip in one.
  guard let last = labels.last, !last.isEmpty, last.utf8.allSatisfy(\.isDigit) else { return }
  guard IPAddress(host)?.family == .v4 else {
    throw ValueProblem("has a host that is not an IPv4 address")
  }
}

/// Refuses what is not the path of a URL (RFC 3986, section 3.3), absolute, without a query, and
/// without `.` and `..`, which a client resolves before it asks. Empty segments are fine.
func checkPath(_ path: String) throws(ValueProblem) {
  guard path.utf8.first == UInt8(ascii: "/") else {
    throw ValueProblem("has a path that does not begin with /")
  }
  for segment in path.utf8.split(separator: UInt8(ascii: "/")) {
    guard !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else {
      throw ValueProblem("has . or .. in its path")
    }
  }
  var hexDigitsDue = 0
  for byte in path.utf8 {
    if hexDigitsDue > 0 {
      guard byte.isHexDigit else { break }
      hexDigitsDue -= 1
    } else if byte == UInt8(ascii: "%") {
      hexDigitsDue = 2
    } else if !(byte.isLetter || byte.isDigit || "/-._~!$&'()*+,;=:@".utf8.contains(byte)) {
      throw ValueProblem("has a character that a path can only have percent-encoded")
    }
  }
  guard hexDigitsDue == 0 else {
    throw ValueProblem("has a % without two hexadecimal digits")
  }
}
