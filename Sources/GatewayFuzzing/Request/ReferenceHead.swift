import GatewayWire

/// A request head, read by cutting it at its line ends.
struct ReferenceHead {
  enum Reading {
    case incomplete
    case refused
    case head(ReferenceHead, size: Int)
  }

  let method: String
  let target: ArraySlice<UInt8>
  let minorVersion: Int
  let fields: [ReferenceField]
  let framing: BodyFraming

  /// Reads the head at the beginning of `input`.
  static func read(_ input: ArraySlice<UInt8>) -> Reading {
    var start = input
    for _ in 0..<2 where start.starts(with: lineEnd) { start = start.dropFirst(2) }
    guard !start.starts(with: lineEnd) else { return .refused }
    var lines: [ArraySlice<UInt8>] = []
    while let end = start.firstLineEnd {
      let line = start[..<end]
      start = start[(end + 2)...]
      guard line.isEmpty else {
        lines.append(line)
        continue
      }
      let size = start.startIndex - input.startIndex
      guard size <= RequestTarget.headSizeMax, let head = ReferenceHead(lines: lines) else {
        return .refused
      }
      return .head(head, size: size)
    }
    return .incomplete
  }

  private init?(lines: [ArraySlice<UInt8>]) {
    let hasStrayLineEnd = lines.contains { $0.contains(0x0d) || $0.contains(0x0a) }
    guard let requestLine = lines.first, !hasStrayLineEnd else { return nil }
    let parts = requestLine.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isToken, parts[1].isOriginForm else { return nil }
    method = String(decoding: parts[0], as: UTF8.self)
    target = parts[1]
    switch String(decoding: parts[2], as: UTF8.self) {
    case "HTTP/1.1": minorVersion = 1
    case "HTTP/1.0": minorVersion = 0
    default: return nil
    }
    let fields = lines.dropFirst().compactMap(ReferenceField.init)
    guard fields.count == lines.count - 1, fields.count <= RequestTarget.fieldCountMax,
      method != "CONNECT"
    else { return nil }
    self.fields = fields
    let hosts = fields.filter { $0.isNamed("host") }
    guard hosts.count <= 1, minorVersion == 0 || hosts.count == 1,
      hosts.allSatisfy({ $0.value.isHost }), let framing = BodyFraming(fields, minorVersion)
    else { return nil }
    self.framing = framing
  }

  func values(of name: String) -> [String] {
    fields.filter { $0.isNamed(name) }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// The elements of a comma separated list, in small letters.
  func elements(of name: String) -> [String] {
    fields.filter { $0.isNamed(name) }.flatMap { $0.value.split(separator: UInt8(ascii: ",")) }
      .map { String(decoding: $0.trimmed.map(small), as: UTF8.self) }.filter { !$0.isEmpty }
  }

  // MARK: Judging

  func judge(_ head: RequestHead) throws(Finding) {
    try require(head.method.elementsEqual(method.utf8), "another method")
    try require(head.target == target, "another target")
    try require(head.minorVersion == minorVersion, "another version")
    try require(head.framing == framing, "another framing")
    try require(
      head.fields.map { ReferenceField(name: $0.name, value: $0.value) } == fields, "other fields")
    let query = head.query.map { [UInt8(ascii: "?")] + $0 } ?? []
    try require(head.path + query == target, "a target cut elsewhere")
    try require(!head.path.contains(UInt8(ascii: "?")), "a path with a query in it")
    let options = elements(of: "connection")
    try require(
      head.connectionOptions.map { String(decoding: $0.map(small), as: UTF8.self) } == options,
      "other connection options")
    let isKeepAlive =
      !options.contains("close") && (minorVersion == 1 || options.contains("keep-alive"))
    try require(head.isKeepAlive == isKeepAlive, "kept alive, or not")
    let expects = elements(of: "expect").contains("100-continue")
    try require(
      head.expectsContinue == (expects && minorVersion == 1 && framing != .none), "expects, or not")
  }

  var asksForWebSocket: Bool { elements(of: "upgrade").contains("websocket") }

  /// Judges what was made of a head that asks for a WebSocket connection.
  func judge(_ upgrade: WebSocketUpgrade) throws(Finding) {
    let hasNoBody = framing == .none || framing == .contentLength(0)
    let isHandshake =
      method == "GET" && minorVersion == 1 && hasNoBody
      && elements(of: "connection").contains("upgrade")
    let versions = values(of: "sec-websocket-version")
    let keys = values(of: "sec-websocket-key")
    switch upgrade {
    case .none: throw Finding("a request for a WebSocket connection that is none")
    case .wellFormed(let key):
      try require(isHandshake && versions == ["13"], "well formed, and no handshake")
      try require(keys == [String(decoding: key.bytes, as: UTF8.self)], "another key")
      try require(keys.allSatisfy(ReferenceHead.isKey), "a malformed key")
    case .unsupportedVersion:
      let number = versions.first.flatMap { UInt8($0) }
      try require(
        isHandshake && versions.count == 1 && number.map(String.init) == versions.first
          && number != 13, "not of another version")
    case .malformed:
      let isWellFormed = isHandshake && versions == ["13"] && keys.count == 1
      try require(!isWellFormed || !keys.allSatisfy(ReferenceHead.isKey), "malformed, and sound")
    }
  }

  /// Whether it is the base64 of 16 bytes. RFC 4648 section 4.
  private static func isKey(_ text: String) -> Bool {
    let letters = ByteClass(alphanumerics + "+/")
    return text.utf8.count == 24 && text.hasSuffix("==")
      && text.utf8.prefix(22).allSatisfy(letters.contains)
  }
}

/// A field line, read by cutting it at its first colon.
struct ReferenceField: Hashable {
  let name: ArraySlice<UInt8>
  let value: ArraySlice<UInt8>

  init(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    self.name = name
    self.value = value
  }

  init?(_ line: ArraySlice<UInt8>) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), line[..<colon].isToken,
      line[colon...].allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f })
    else { return nil }
    name = line[..<colon]
    value = line[(colon + 1)...].trimmed
  }

  func isNamed(_ name: String) -> Bool {
    self.name.map(small).elementsEqual(name.utf8)
  }
}

extension BodyFraming {
  /// RFC 9112 section 6.3, without what PROXY.md refuses.
  fileprivate init?(_ fields: [ReferenceField], _ minorVersion: Int) {
    let lengths = fields.filter { $0.isNamed("content-length") }
    let codings = fields.filter { $0.isNamed("transfer-encoding") }
    guard lengths.count + codings.count <= 1 else { return nil }
    if let coding = codings.first {
      guard minorVersion == 1, coding.value.map(small).elementsEqual("chunked".utf8) else {
        return nil
      }
      self = .chunked
    } else if let length = lengths.first {
      let text = String(decoding: length.value, as: UTF8.self)
      guard text.utf8.allSatisfy("0123456789".utf8.contains), let size = UInt64(text) else {
        return nil
      }
      self = .contentLength(size)
    } else {
      self = .none
    }
  }
}
