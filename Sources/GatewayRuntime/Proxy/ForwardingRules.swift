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
  let trustedProxies: [AddressRange]
  /// `upstream.service.user_header`: what the upstream believes, and so nobody may send.
  let userHeader: String
  /// `proxy.max_body_size`.
  let bodySizeMax: Int

  private static let requestIDSizeMax = 128

  /// The request as it goes on. `newRequestID` is for a client that has not given one.
  func request(
    _ head: RequestHead, from peer: PeerAddress, isTLS: Bool, newRequestID: String
  ) -> StreamedRequest {
    StreamedRequest(
      method: head.method, pathPrefix: pathPrefix, target: head.target,
      lines: lines(of: head, from: peer, isTLS: isTLS, newRequestID: newRequestID),
      body: head.framing)
  }

  /// The fields of the request as it goes on, but for those that the upstream's client adds.
  func lines(
    of head: RequestHead, from peer: PeerAddress, isTLS: Bool, newRequestID: String
  ) -> FieldLines {
    let fields = head.fields
    let hopByHop = HopByHopFields(of: fields)
    var lines = FieldLines(reserving: 1024)
    for field in fields where !isReplaced(field.name) && !hopByHop.contains(field.name) {
      // HTTP/1.0 knows no such answer, and without a body there is nothing to wait for.
      if field.name.equalsIgnoringCase("expect"), !head.expectsContinue { continue }
      lines.append(field)
    }
    appendForwarded(fields, from: peer, isTLS: isTLS, to: &lines)
    lines.append("X-Request-Id", ForwardingRules.requestID(in: fields) ?? newRequestID)
    return lines
  }

  /// Whether what a client sends under this name is not passed on as it is. To many a server `-` and
  /// `_` are the same in a name (RFC 3875 section 4.1.18).
  private func isReplaced(_ name: ArraySlice<UInt8>) -> Bool {
    [
      "host", "content-length", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
      "x-request-id", userHeader,
    ].contains { replaced in
      name.count == replaced.utf8.count
        && zip(name, replaced.utf8).allSatisfy { isSameInName($0, $1) }
    }
  }

  private func isSameInName(_ byte: UInt8, _ other: UInt8) -> Bool {
    let underscore = UInt8(ascii: "_")
    let (byte, other) = (lowercased(byte), lowercased(other))
    return byte == other || byte == underscore && other == UInt8(ascii: "-")
  }

  private func appendForwarded(
    _ fields: HTTPFields, from peer: PeerAddress, isTLS: Bool, to lines: inout FieldLines
  ) {
    let isTrusted = trustedProxies.contains { [address = peer.bytes] in $0.contains(address) }
    func append(_ name: StaticString, _ own: String?) {
      var value: [UInt8] = []
      if isTrusted {
        for claimed in fields.values(of: name.description) where !claimed.isEmpty {
          value.append(contentsOf: claimed)
          value.append(contentsOf: ", ".utf8)
        }
      }
      if let own {
        value.append(contentsOf: own.utf8)
      } else {
        value.removeLast(min(2, value.count))
      }
      if !value.isEmpty { lines.append(name, value) }
    }
    append("X-Forwarded-For", peer.host)
    append("X-Forwarded-Proto", isTLS ? "https" : "http")
    // HTTP/1.0 may come without.
    append(
      "X-Forwarded-Host",
      fields.values(of: "host").first { _ in true }.map { String(decoding: $0, as: UTF8.self) })
  }

  /// The one that the client gave, if it may stand in a log.
  private static func requestID(in fields: HTTPFields) -> String? {
    let claimed = Array(fields.values(of: "x-request-id"))
    guard claimed.count == 1, let id = claimed.first, (1...requestIDSizeMax).contains(id.count),
      id.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    return String(decoding: id, as: UTF8.self)
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
      lines = FieldLines(reserving: head.lines.bytes.count)
      for field in head.lines.fields where !hopByHop.contains(field.name) { lines.append(field) }
    }
    if head.status == 304, let size = head.size {
      // There is no body, and this is what 200 would have had. Source: RFC 9110 section 8.6.
      lines.append("Content-Length", String(size))
    }
    self.lines = lines
    size = head.size
  }
}
