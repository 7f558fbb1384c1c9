/// The longest path of a URL in the file, in bytes.
let pathSizeMax = 1024

extension ValueFormat where Value == UpstreamURL {
  /// An http or https URL without user, query or fragment. A slash at the end means nothing.
  static var upstreamURL: Self {
    ValueFormat(
      expectation: "an http or https URL, such as http://127.0.0.1:3000 or https://host/prefix"
    ) { text throws(ValueProblem) in
      let (scheme, authority, rest) = try splitURL(text)
      guard scheme == "http" || scheme == "https" else {
        throw ValueProblem("is not an http or https URL")
      }
      guard rest.utf8.count <= pathSizeMax else { throw ValueProblem("is too long") }
      let (host, port) = try splitAuthority(authority)
      let prefix = rest.hasSuffix("/") ? rest.dropLast() : rest[...]
      if !prefix.isEmpty {
        try checkPath(String(prefix))
        guard !prefix.hasSuffix("/") else { throw ValueProblem("ends with more than one slash") }
      }
      return UpstreamURL(
        isTLS: scheme == "https", host: host, port: port, pathPrefix: String(prefix))
    }
  }
}

extension ValueFormat where Value == KeySetURL {
  /// An https URL without user, query or fragment. Who can change what comes from there decides
  /// whose tokens are genuine: http is taken only where it does not leave this machine.
  static var keySetURL: Self {
    ValueFormat(
      expectation: "an https URL, such as https://clerk.example.com/.well-known/jwks.json, or http "
        + "to this machine (localhost, 127.0.0.1 or [::1])"
    ) { text throws(ValueProblem) in
      let (scheme, authority, rest) = try splitURL(text)
      guard scheme == "http" || scheme == "https" else {
        throw ValueProblem("is not an https URL")
      }
      guard rest.utf8.count <= pathSizeMax else { throw ValueProblem("is too long") }
      let (host, port) = try splitAuthority(authority)
      let isLocal = host == "localhost" || IPAddress(host)?.isLoopback == true
      guard scheme == "https" || isLocal else {
        throw ValueProblem("is http to another machine")
      }
      if !rest.isEmpty { try checkPath(rest) }
      return KeySetURL(
        server: UpstreamURL(isTLS: scheme == "https", host: host, port: port),
        target: rest.isEmpty ? "/" : rest)
    }
  }
}

extension ValueFormat where Value == String {
  /// `*`, or an origin as browsers write it: in lower case, without its scheme's own port.
  static var origin: Self {
    ValueFormat(
      expectation: "an origin, such as https://notes.example.com, or \"*\" for any"
    ) { text throws(ValueProblem) in
      if text == "*" { return text }
      let (scheme, authority, rest) = try splitURL(text)
      guard rest.isEmpty else { throw ValueProblem("has a path") }
      let (host, port) = try splitAuthority(authority)
      let origin = "\(scheme)://" + (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host)
      switch (scheme, port) {
      case (_, nil), ("http", 80), ("https", 443): return origin
      case (_, .some(let port)): return "\(origin):\(port)"
      }
    }
  }
}

extension ValueFormat where Value == String {
  /// The name of a header field that says nothing to HTTP itself and that the gateway does not
  /// send for another reason.
  static var userHeader: Self {
    let sizeMax = 128
    return ValueFormat(
      expectation: "the name of a header field, 1 to \(sizeMax) characters, such as X-User-Id"
    ) { text throws(ValueProblem) in
      guard !text.isEmpty else { throw ValueProblem("is empty") }
      guard text.utf8.allSatisfy(\.isFieldNameByte) else {
        throw ValueProblem("has a character that the name of a header field cannot have")
      }
      guard text.utf8.count <= sizeMax else { throw ValueProblem("is too long") }
      let name = text.lowercased()
      guard !takenFields.contains(name), !name.hasPrefix("content-"), !name.hasPrefix("proxy-")
      else { throw ValueProblem("has another meaning in HTTP") }
      return text
    }
  }
}

/// What HTTP/1.1 needs from hop to hop, what says where a request goes and how long it is, and what
/// the gateway sends anyway. Source: RFC 9110 sections 7.6.1, 7.2, 10.1 and 11.6.2.
private let takenFields: Set<String> = [
  "accept", "authorization", "close", "connection", "cookie", "expect", "host", "http2-settings",
  "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via",
  "x-request-id",
]

extension ValueFormat where Value == RouteTemplate {
  /// A method and a path that has `placeholder` as one whole segment.
  static func route(with placeholder: RouteTemplate.Placeholder) -> Self {
    route(placeholder, count: 1, example: "PUT /api/notes/\(placeholder.rawValue)")
  }

  /// A method and a path that has none.
  static func route(without placeholder: RouteTemplate.Placeholder) -> Self {
    route(placeholder, count: 0, example: "POST /api/notes")
  }

  private static func route(
    _ placeholder: RouteTemplate.Placeholder, count: Int, example: String
  ) -> Self {
    let name = placeholder.rawValue
    return ValueFormat(
      expectation: "METHOD /path \(count == 1 ? "with one" : "without") \(name), such as \(example)"
    ) { text throws(ValueProblem) in
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      guard let method = parts.first, let path = parts.last, parts.count == 2 else {
        throw ValueProblem("is not a method, one space and a path")
      }
      guard !method.isEmpty, method.utf8.allSatisfy(\.isCapital), method != "CONNECT" else {
        throw ValueProblem("does not begin with a method in capitals")
      }
      guard path.utf8.count <= pathSizeMax else { throw ValueProblem("is too long") }
      let segments = try routeSegments(path, placeholder)
      let found = segments.count { $0 == .name }
      guard found == count else {
        throw ValueProblem(found == 0 ? "has no \(name)" : "has a \(name) too many")
      }
      return RouteTemplate(String(method), segments, placeholder)
    }
  }

  private static func routeSegments(
    _ path: Substring, _ placeholder: RouteTemplate.Placeholder
  ) throws(ValueProblem) -> [RouteTemplate.Segment] {
    guard path.hasPrefix("/") else { throw ValueProblem("has a path that does not begin with /") }
    var segments: [RouteTemplate.Segment] = []
    for text in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      if text == placeholder.rawValue {
        segments.append(.name)
        continue
      }
      guard !text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
      else {
        throw ValueProblem(
          "has braces that are not a whole \(placeholder.rawValue) between slashes")
      }
      segments.append(.literal(String(text)))
    }
    // A note's name only has characters that are fine, so any will do.
    try checkPath(RouteTemplate("", segments).path(name: "n"))
    return segments
  }
}
