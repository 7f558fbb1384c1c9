extension ValueFormat where Value == String {
  /// A text of 1 to `sizeMax` bytes on one line. Empty is refused: leaving the key out says that,
  /// and an empty variable must not turn a check off.
  static func text(_ what: String, sizeMax: Int) -> Self {
    ValueFormat(
      expectation: "\(what), a text of 1 to \(sizeMax) bytes on one line"
    ) { text throws(ValueProblem) in
      guard !text.isEmpty else { throw ValueProblem("is empty") }
      guard text.utf8.count <= sizeMax else { throw ValueProblem("is too long") }
      guard !text.utf8.contains(where: \.isControl) else {
        throw ValueProblem("has a line end or another control character")
      }
      return text
    }
  }

  /// The name of a member of a JSON object.
  static var memberName: Self { text("the name of a field", sizeMax: 128) }

  /// The path of a file, made absolute: relative to `directory`, which is absolute.
  static func file(_ what: String, in directory: String) -> Self {
    ValueFormat(
      expectation: "the path of \(what)", text: { $0 },
      anchor: { anchored($0, $1, in: directory) }
    ) { text throws(ValueProblem) in
      try filePath(text, in: directory)
    }
  }

  /// The path of a URL that is compared byte for byte.
  static var webSocketPath: Self {
    ValueFormat(
      expectation: "a path that begins with /, without a query, such as /ws"
    ) { text throws(ValueProblem) in
      guard text.utf8.count <= pathSizeMax else { throw ValueProblem("is too long") }
      try checkPath(text)
      return text
    }
  }
}

extension ValueFormat where Value == Bool {
  /// `true` or `false`, and none of the other words that YAML 1.1 has for them.
  static var boolean: Self {
    ValueFormat(expectation: "true or false", isPlainOnly: true) { text throws(ValueProblem) in
      switch text {
      case "true": return true
      case "false": return false
      default: throw ValueProblem("is neither")
      }
    }
  }
}

extension ValueFormat where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the values of an enum, by its raw value.
  static var choice: Self {
    let words = Value.allCases.map(\.rawValue)
    return ValueFormat(
      expectation: alternatives(words), text: { $0.rawValue }
    ) { text throws(ValueProblem) in
      if let value = Value(rawValue: text) { return value }
      // One number is as near to another as a slip is to a word, but seldom meant.
      guard text.utf8.first?.isLetter == true, let meant = Suggestion.word(for: text, among: words)
      else { throw ValueProblem("is not one of them") }
      throw ValueProblem("is not one of them (did you mean \(meant)?)")
    }
  }
}

extension ValueFormat where Value == ListenAddress {
  /// An IP address, or `unix:` and a path, made absolute. The port of an IP address is the default.
  static func listenAddress(in directory: String) -> Self {
    // The kernel's `sun_path` has 108 bytes, and a NUL ends it.
    let pathSizeMax = 107
    return ValueFormat(
      expectation: "an IPv4 or IPv6 address, such as 127.0.0.1 or ::, or unix:/path",
      text: { address in
        switch address {
        // The port is a key of its own.
        case .ip(let address, _): address.text
        case .unix: address.description
        }
      },
      anchor: { anchoredSocket($0, $1, in: directory) }
    ) { text throws(ValueProblem) in
      if text.hasPrefix("unix:") {
        let path = try filePath(String(text.dropFirst(5)), in: directory)
        guard path.utf8.count <= pathSizeMax else {
          throw ValueProblem("is too long for a Unix socket, which has \(pathSizeMax) bytes")
        }
        return .unix(path: path)
      }
      guard !text.hasPrefix("[") else { throw ValueProblem("has brackets") }
      guard let address = IPAddress(text) else {
        throw ValueProblem("is not an IP address")
      }
      return .ip(address, port: Configuration.Listener.portDefault)
    }
  }
}

extension ValueFormat where Value == String? {
  /// The path of a file, made absolute; nil for the empty text.
  static func optionalFile(_ what: String, in directory: String) -> Self {
    ValueFormat(
      expectation: "the path of \(what), or \"\"", text: { $0 ?? "" },
      anchor: { anchored($0, $1, in: directory) }
    ) { text throws(ValueProblem) in
      text.isEmpty ? nil : try filePath(text, in: directory)
    }
  }
}

extension ValueFormat where Value == ListenAddress? {
  /// An IP address and a port, an IPv6 address in brackets, or `unix:` and a path, made absolute;
  /// nil for the empty text.
  static func adminAddress(in directory: String) -> Self {
    let unix = ValueFormat<ListenAddress>.listenAddress(in: directory)
    return ValueFormat(
      expectation: "an address and a port, such as 127.0.0.1:9090 or [::1]:9090, unix:/path, or "
        + "\"\" for none",
      text: { $0?.description ?? "" }, anchor: { anchoredSocket($0, $1, in: directory) }
    ) { text throws(ValueProblem) in
      if text.isEmpty { return nil }
      if text.hasPrefix("unix:") { return try unix.parse(text) }
      guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
        throw ValueProblem("has no port")
      }
      let port = text[text.index(after: colon)...]
      guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy(\.isDigit),
        let number = UInt16(port)
      else { throw ValueProblem("has no port from 0 to 65535") }
      var host = text[..<colon]
      let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
      if isBracketed { host = host.dropFirst().dropLast() }
      guard let address = IPAddress(String(host)), (address.family == .v6) == isBracketed else {
        throw ValueProblem("does not begin with an IP address")
      }
      return .ip(address, port: number)
    }
  }
}

/// `text` as an absolute path: relative to `directory`, which is absolute.
private func filePath(_ text: String, in directory: String) throws(ValueProblem) -> String {
  guard !text.isEmpty else { throw ValueProblem("is empty") }
  guard !text.utf8.contains(0) else { throw ValueProblem("has a NUL character") }
  let path = System.path(text, in: directory)
  // PATH_MAX, with the NUL that ends it.
  guard path.utf8.count < 4096 else { throw ValueProblem("is too long") }
  return path
}

/// The path `written`, which is `replaced` once variables are, for a file in another directory than
/// `directory`.
private func anchored(_ written: String, _ replaced: String, in directory: String) -> String {
  let isRelative = !replaced.isEmpty && !replaced.hasPrefix("/")
  return isRelative ? System.path(written, in: escapingVariables(directory)) : written
}

/// The same behind `unix:`, unless that comes from the environment as well.
private func anchoredSocket(_ written: String, _ replaced: String, in directory: String) -> String {
  let scheme = "unix:"
  guard written.hasPrefix(scheme), replaced.hasPrefix(scheme) else { return written }
  let (path, replacedPath) = (written.dropFirst(scheme.count), replaced.dropFirst(scheme.count))
  return scheme + anchored(String(path), String(replacedPath), in: directory)
}
