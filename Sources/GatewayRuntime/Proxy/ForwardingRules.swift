import GatewayConfiguration
import GatewayTransport
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// What becomes of the head of a request on its way to the upstream.
///
/// Source: PROXY.md, "Pass-through".
struct ForwardingRules: Sendable {
  /// The path of `upstream.url`.
  let pathPrefix: String
  /// `proxy.trusted_proxies`.
  let trustedProxies: TrustedProxies
  /// `upstream.service.user_header`: what the upstream believes, and so nobody may send.
  let userHeader: String
  /// `proxy.max_body_size`.
  let bodySizeMax: Int

  private static let requestIDSizeMax = 128

  /// The request as it goes on, under this name.
  func request(_ exchange: HTTPExchange, id: ArraySlice<UInt8>) -> StreamedRequest {
    let head = exchange.head
    let client = Client(address: exchange.peer, host: exchange.peerHost, isTLS: exchange.isTLS)
    return StreamedRequest(
      method: head.method, pathPrefix: pathPrefix, target: head.target,
      lines: lines(of: head, from: client, id: id), body: head.framing)
  }

  /// Where a request comes from.
  struct Client {
    let address: PeerAddress
    /// The text of the address, without the port.
    let host: [UInt8]
    let isTLS: Bool
  }

  /// The fields of the request as it goes on, but for those that the upstream's client adds.
  func lines(
    of head: RequestHead, from client: Client, id: ArraySlice<UInt8>
  ) -> FieldLines {
    let fields = head.fields
    let hopByHop = HopByHopFields(of: fields)
    var lines = FieldLines(reserving: 768)
    for field in fields where !isReplaced(field.name) && !hopByHop.contains(field.name) {
      // HTTP/1.0 knows no such answer, and without a body there is nothing to wait for.
      if field.name.equalsIgnoringCase("expect"), !head.expectsContinue { continue }
      lines.append(field)
    }
    appendForwarded(fields, from: client, to: &lines)
    lines.append("X-Request-Id", id)
    return lines
  }

  /// The name of the request; `ids` are for a client that has not given it one.
  static func id(of head: RequestHead, ids: inout RequestIDs) -> ArraySlice<UInt8> {
    requestID(in: head.fields) ?? ids.next()[...]
  }

  /// Whether what a client sends under this name is not passed on as it is.
  private func isReplaced(_ name: ArraySlice<UInt8>) -> Bool {
    let isReplaced =
      switch name.count {
      case 4: isSame(name, "host")
      case 12: isSame(name, "x-request-id")
      case 14: isSame(name, "content-length")
      case 15: isSame(name, "x-forwarded-for")
      case 16: isSame(name, "x-forwarded-host")
      case 17: isSame(name, "x-forwarded-proto")
      default: false
      }
    return isReplaced || isSame(name, userHeader)
  }

  /// To many a server `-` and `_` are the same in a name. Source: RFC 3875 section 4.1.18.
  private func isSame(_ name: ArraySlice<UInt8>, _ other: String) -> Bool {
    let underscore = UInt8(ascii: "_")
    return name.count == other.utf8.count
      && zip(name, other.utf8).allSatisfy { byte, other in
        lowercased(byte) == lowercased(other)
          || byte == underscore && other == UInt8(ascii: "-")
      }
  }

  private func appendForwarded(
    _ fields: HTTPFields, from client: Client, to lines: inout FieldLines
  ) {
    let isTrusted = trustedProxies.contains(client.address)
    func append(_ name: StaticString, _ own: ArraySlice<UInt8>) {
      let kept = isTrusted ? fields.values(of: name.description).filter { !$0.isEmpty } : []
      if kept.isEmpty {
        if !own.isEmpty { lines.append(name, own) }
      } else {
        let values = kept + (own.isEmpty ? [] : [own])
        lines.append(name, Array(values.joined(separator: Array(", ".utf8)))[...])
      }
    }
    append("X-Forwarded-For", client.host[...])
    append("X-Forwarded-Proto", (client.isTLS ? https : http)[...])
    // HTTP/1.0 may come without.
    append("X-Forwarded-Host", fields.values(of: "host").first ?? [])
  }

  /// The one that the client gave, if it may stand in a log.
  private static func requestID(in fields: HTTPFields) -> ArraySlice<UInt8>? {
    guard let id = fields.only("x-request-id"), (1...requestIDSizeMax).contains(id.count),
      id.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    return id
  }
}

/// What becomes of the head of an answer on its way to the client.
struct ForwardedAnswer {
  let lines: FieldLines
  /// Of the body; for HEAD, of the one that GET would have.
  let size: UInt64?

  init(_ head: StreamedAnswerHead) {
    let hopByHop = HopByHopFields(of: head.lines.fields)
    var lines = head.lines
    if lines.fields.contains(where: { hopByHop.contains($0.name) }) {
      lines = lines.filter { !hopByHop.contains($0) }
    }
    if head.status == 304, let size = head.size {
      // There is no body, and this is what 200 would have had. Source: RFC 9110 section 8.6.
      lines.append("Content-Length", String(size))
    }
    self.lines = lines
    size = head.size
  }
}

private let http = Array("http".utf8)
private let https = Array("https".utf8)
