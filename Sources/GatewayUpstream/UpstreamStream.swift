import CHTTPClient
import GatewayLoop
import GatewayTypes
import GatewayWire

/// One request that is passed on, from the moment it was taken to the end of its answer.
///
///     waiting ──start──▶ in flight ──end / time-out / cancel / shutdown──▶ over
///
/// What it holds is bounded: of the body not much more than `uploadSizeMax`, of the answer what one
/// read brings in.
///
/// Time: in the line, and from the start to the head of the answer, `request_timeout`, anew after
/// each piece of the body that the upstream takes. The time for which the client lets the upstream
/// wait for its body is not counted. An answer whose head has come may take as long as its
/// connection lives.
///
/// Thread: the loop's.
package final class UpstreamStream: UpstreamVisitor {
  /// What `write` takes before it says that it is enough.
  private static let uploadSizeMax = 64 << 10

  private let request: StreamedRequest
  private unowned let client: UpstreamClient
  /// Retained until the end, and the stream by the client.
  private var handler: (any UpstreamStreamHandler)?
  var flight = UpstreamFlight()
  private var head = AnswerHeadReader()
  private var hasAnswered = false

  /// Bytes for the upstream; those before `uploadStart` are on their way.
  private var upload: [UInt8] = []
  private var uploadStart = 0
  private var isUploadEnded = false

  init(
    _ request: StreamedRequest, of client: UpstreamClient, handler: any UpstreamStreamHandler
  ) {
    self.request = request
    self.client = client
    self.handler = handler
  }

  // MARK: What the handler does

  /// Gives the next bytes of the body, which are copied. Returns false when the next should wait
  /// for `bodyWanted`. Nothing after the end.
  @discardableResult
  package func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let pointer = flight.pointer, !isUploadEnded else { return false }
    upload.append(contentsOf: bytes)
    ng_http_request_resume_upload(pointer)
    return upload.count < UpstreamStream.uploadSizeMax
  }

  /// The body has come to its end.
  package func endBody() {
    guard let pointer = flight.pointer else { return }
    isUploadEnded = true
    ng_http_request_resume_upload(pointer)
  }

  /// Takes what `received` did not, and goes on. Nothing when it has taken all.
  package func resumeAnswer() {
    if let pointer = flight.pointer { ng_http_request_resume_answer(pointer) }
  }

  /// Gives the request up. The handler is not told of anything any more.
  package func cancel() {
    guard handler != nil else { return }
    handler = nil
    client.leave(self)
  }

  // MARK: What the client does

  var isGuest: Bool { true }

  var reason: String { head.problem ?? flight.reason }

  func start(
    on httpClient: UnsafeMutablePointer<ng_http_client>, settings: UpstreamSettings
  ) {
    let pointer = flight.begin(
      on: httpClient, makeCallbacks(), method: request.method, target: request.target,
      hostField: settings.hostField)
    request.lines.forEachLine { name, value in
      // Pieces of one memory have an address even if they are empty.
      guard let nameStart = name.baseAddress, let valueStart = value.baseAddress else { return }
      ng_http_request_add_field_bytes(pointer, nameStart, name.count, valueStart, value.count)
    }
    addBody(to: pointer)
    ng_http_request_avoid_http2(pointer)
    if request.mayBeRepeated { ng_http_request_allow_repeat(pointer) }
    ng_http_request_start(pointer)
  }

  func release() -> Bool {
    upload = []
    return flight.end()
  }

  func fail(_ failure: UpstreamFailure) {
    finish(.failed(failure))
  }

  func giveUp(_ failure: UpstreamFailure) {
    let handler = handler
    self.handler = nil
    handler?.streamEnded(.failed(failure))
  }
}

@available(*, unavailable)
extension UpstreamStream: Sendable {}

// MARK: - What libcurl tells

extension UpstreamStream {
  private func addBody(to pointer: UnsafeMutablePointer<ng_http_request>) {
    switch request.body {
    case .none:
      break
    case .contentLength(0):
      withUnsafePointer(to: UInt8(0)) { ng_http_request_set_body(pointer, $0, 0) }
    case .contentLength(let size):
      ng_http_request_stream_body(pointer, Int64(clamping: size))
    case .chunked:
      ng_http_request_stream_body(pointer, Int64(NG_HTTP_SIZE_UNKNOWN))
    }
  }

  /// The context is unretained: `release` frees the C object, after which it calls nobody, and the
  /// client keeps the stream until then.
  private func makeCallbacks() -> ng_http_callbacks {
    ng_http_callbacks(
      context: Unmanaged.passUnretained(self).toOpaque(),
      on_head: { context, status, reason, size in
        flow(
          UpstreamStream.at(context).head.head(
            status: Int(status), reason: UnsafeBufferPointer(start: reason, count: size)))
      },
      on_field: { context, name, nameSize, value, valueSize in
        flow(
          UpstreamStream.at(context).head.field(
            name: UnsafeBufferPointer(start: name, count: nameSize),
            value: UnsafeBufferPointer(start: value, count: valueSize)))
      },
      on_head_end: { context in flow(UpstreamStream.at(context).headEnded()) },
      on_body: { context, bytes, size in
        let bytes = UnsafeRawBufferPointer(start: bytes, count: size)
        let isTaken = UpstreamStream.at(context).handler?.received(bytes) ?? true
        return isTaken ? .NG_HTTP_CONTINUE : .NG_HTTP_PAUSE
      },
      on_upload: { context, buffer, capacity, size in
        UpstreamStream.at(context).supply(
          UnsafeMutableRawBufferPointer(start: buffer, count: capacity), &size.pointee)
      },
      on_end: { context, end in
        UpstreamStream.at(context).ended(isWhole: end == .NG_HTTP_COMPLETE)
      })
  }

  private static func at(_ context: UnsafeMutableRawPointer) -> UpstreamStream {
    Unmanaged<UpstreamStream>.fromOpaque(context).takeUnretainedValue()
  }

  private func headEnded() -> Bool {
    hasAnswered = true
    flight.timer?.stop()
    return handler?.answered(head.answerHead) ?? true
  }

  /// Copies the next bytes of the body into libcurl's buffer.
  private func supply(
    _ buffer: UnsafeMutableRawBufferPointer, _ size: inout Int
  ) -> ng_http_supply {
    guard uploadStart < upload.count else {
      upload.removeAll(keepingCapacity: true)
      uploadStart = 0
      // While the client is waited for, the upstream has nothing to answer.
      if !isUploadEnded { flight.timer?.stop() } else { restartTimer() }
      guard !isUploadEnded else { return .NG_HTTP_SUPPLY_ENDED }
      handler?.bodyWanted()
      return .NG_HTTP_SUPPLY_LATER
    }
    size = min(buffer.count, upload.count - uploadStart)
    upload.withUnsafeBytes {
      buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: $0[uploadStart..<uploadStart + size]))
    }
    uploadStart += size
    restartTimer()
    return .NG_HTTP_SUPPLIED
  }

  private func restartTimer() {
    if !hasAnswered { flight.timer?.start(after: client.settings.requestTimeout) }
  }

  private func ended(isWhole: Bool) {
    finish(isWhole ? .whole : .failed(flight.mayHaveBeenSent ? .brokenAnswer : .notConnected))
  }

  private func finish(_ end: StreamEnd) {
    var failure: UpstreamFailure?
    if case .failed(let kind) = end { failure = kind }
    let handler = handler
    self.handler = nil
    client.finish(self, failure) { handler?.streamEnded(end) }
  }
}
