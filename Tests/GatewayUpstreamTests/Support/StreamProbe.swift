import GatewayLoop
import GatewayTypes
import GatewayWire

@testable import GatewayUpstream

/// Passes a request on for a test, and keeps what it hears.
final class StreamProbe: UpstreamStreamHandler {
  private(set) var wishCount = 0
  private(set) var head: StreamedAnswerHead?
  private(set) var body: [UInt8] = []
  private(set) var refusedCount = 0
  private(set) var end: StreamEnd?
  /// Whether pieces of the answer are taken.
  var isTaking = true
  /// Whether the head of the answer is.
  var takesHead = true
  private let heard: () -> Void

  /// `heard` is told of everything.
  init(heard: @escaping () -> Void) {
    self.heard = heard
  }

  /// The fields of the answer, line by line.
  var lines: [String] {
    String(decoding: head?.lines.bytes ?? [], as: UTF8.self).split(separator: "\r\n")
      .map(String.init)
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  func bodyWanted() {
    wishCount += 1
    heard()
  }

  func answered(_ head: StreamedAnswerHead) -> Bool {
    precondition(self.head == nil, "a head is given once")
    self.head = head
    heard()
    return takesHead
  }

  func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
    precondition(head != nil && end == nil, "a body stands between head and end")
    if isTaking { body.append(contentsOf: bytes) } else { refusedCount += 1 }
    heard()
    return isTaking
  }

  func streamEnded(_ end: StreamEnd) {
    precondition(self.end == nil, "an end is told once")
    self.end = end
    heard()
  }
}

extension Bench {
  /// Passes a request on, without waiting.
  func stream(_ request: StreamedRequest) -> (UpstreamStream, StreamProbe) {
    let probe = StreamProbe { [loop] in loop.stop() }
    return (client.stream(request, to: probe), probe)
  }

  /// Passes a request without a body on, and waits for what comes of it.
  func passOn(_ request: StreamedRequest) -> StreamProbe {
    let (_, probe) = stream(request)
    run { probe.end != nil }
    return probe
  }
}

extension UpstreamStream {
  func write(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBytes { write($0) }
  }
}

func streamed(
  _ method: String = "PUT", _ target: String = "/a//b?c", _ lines: [(StaticString, String)] = [],
  body: BodyFraming = .none
) -> StreamedRequest {
  var fields = FieldLines()
  for (name, value) in lines { fields.append(name, value) }
  return StreamedRequest(
    method: ArraySlice(method.utf8), pathPrefix: "/v1", target: ArraySlice(target.utf8),
    lines: fields, body: body)
}
