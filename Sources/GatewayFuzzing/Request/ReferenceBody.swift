import GatewayWire

/// The body behind a head, read from all the bytes that follow at once.
struct ReferenceBody {
  enum Ending: Hashable {
    case incomplete
    case refused
    /// The body and all that delimits it has so many bytes.
    case ended(size: Int)
  }

  private(set) var payload: [UInt8] = []
  private(set) var ending = Ending.incomplete

  /// In bytes, with all that delimits it; nil when it has no end.
  var size: Int? {
    if case .ended(let size) = ending { size } else { nil }
  }

  init(_ input: ArraySlice<UInt8>, _ framing: BodyFraming) {
    switch framing {
    case .none:
      ending = .ended(size: 0)
    case .contentLength(let size):
      payload = Array(input.prefix(Int(clamping: size)))
      if UInt64(payload.count) == size { ending = .ended(size: payload.count) }
    case .chunked:
      ending = readChunks(input)
    }
  }

  /// RFC 9112 section 7.1.
  private mutating func readChunks(_ input: ArraySlice<UInt8>) -> Ending {
    var rest = input
    var extensionSize = 0
    while true {
      guard let end = rest.firstLineEnd else { return .incomplete }
      let line = rest[..<end]
      let digits = line.prefix { $0 != UInt8(ascii: ";") }
      extensionSize += max(0, line.count - digits.count - 1)
      guard digits.count <= 16, let size = hexadecimalNumber(digits), extensionSize <= 4096,
        line.dropFirst(digits.count).allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 < 0x7f })
      else { return .refused }
      rest = rest[(end + 2)...]
      if size == 0 { return readTrailers(rest, behind: rest.startIndex - input.startIndex) }
      let piece = rest.prefix(Int(clamping: size))
      payload += piece
      rest = rest.dropFirst(piece.count)
      guard !rest.isEmpty, rest.first == lineEnd.first else {
        return rest.isEmpty ? .incomplete : .refused
      }
      guard rest.count >= 2 else { return .incomplete }
      guard rest.starts(with: lineEnd) else { return .refused }
      rest = rest.dropFirst(2)
    }
  }

  /// RFC 9112 section 7.1.2.
  private func readTrailers(_ input: ArraySlice<UInt8>, behind size: Int) -> Ending {
    var rest = input
    while let end = rest.firstLineEnd {
      let line = rest[..<end]
      rest = rest[(end + 2)...]
      let trailersSize = rest.startIndex - input.startIndex
      guard trailersSize <= 8192 else { return .refused }
      if line.isEmpty { return .ended(size: size + trailersSize) }
      guard let field = ReferenceField(line), !line.contains(0x0a), !line.contains(0x0d),
        !["content-length", "transfer-encoding", "host"].contains(where: field.isNamed)
      else { return .refused }
    }
    return .incomplete
  }

  private func hexadecimalNumber(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard digits.allSatisfy("0123456789abcdefABCDEF".utf8.contains) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
