import CHTTPClient
import GatewayLoop
import GatewayTypes

/// One request of an `UpstreamClient`, from the moment it was taken to its outcome.
///
///     waiting ──start──▶ in flight ──ended / timedOut / release──▶ over
///
/// Thread: the loop's.
final class Exchange {
  let request: UpstreamRequest
  let answered: (UpstreamOutcome) -> Void
  private unowned let client: UpstreamClient
  private var reader: AnswerReader
  /// There while it is in flight.
  private var pointer: UnsafeMutablePointer<ng_http_request>?
  private var timer: Timer?

  init(
    _ request: UpstreamRequest, of client: UpstreamClient, answerSizeMax: Int,
    answered: @escaping (UpstreamOutcome) -> Void
  ) {
    self.request = request
    self.client = client
    self.answered = answered
    reader = AnswerReader(sizeMax: answerSizeMax)
  }

  /// Something of it may have reached the upstream.
  var mayHaveBeenSent: Bool {
    pointer.map { ng_http_request_may_have_been_sent($0) != 0 } ?? false
  }

  /// What went wrong, for people.
  var reason: String {
    if let reason = reader.reason { return reason }
    let reason = pointer.map { String(cString: ng_http_request_reason($0)) } ?? ""
    return reason.isEmpty ? "no answer in time" : reason
  }

  /// Ends it after `timeout` from now, in place of what was said before.
  func expire(after timeout: Duration, on loop: Loop) {
    if timer == nil {
      // Unowned: it owns the timer.
      timer = Timer(on: loop) { [unowned self] in
        client.finish(self, .failed(.timedOut(mayHaveBeenSent: mayHaveBeenSent)))
      }
    }
    timer?.start(after: timeout)
  }

  /// Sends the request.
  func start(
    on httpClient: UnsafeMutablePointer<ng_http_client>, settings: UpstreamSettings
  ) {
    var callbacks = makeCallbacks()
    let pointer = ng_http_request_new(httpClient, &callbacks)
    self.pointer = pointer
    ng_http_request_set_method(pointer, request.method)
    ng_http_request_set_target(pointer, request.target)
    addFields(to: pointer, settings)
    if let body = request.json ?? (request.expectsBody ? [] : nil) {
      body.withUnsafeBufferPointer { bytes in
        // An empty array has no address; the shim reads nothing there.
        let none: UInt8 = 0
        withUnsafePointer(to: none) {
          ng_http_request_set_body(pointer, bytes.baseAddress ?? $0, bytes.count)
        }
      }
    }
    if request.isRead { ng_http_request_allow_repeat(pointer) }
    ng_http_request_start(pointer)
  }

  /// Gives up what it holds of libcurl and the loop: nothing of it runs any more.
  func release() {
    if let pointer { ng_http_request_free(pointer) }
    pointer = nil
    timer = nil
  }

  private func addFields(
    to pointer: UnsafeMutablePointer<ng_http_request>, _ settings: UpstreamSettings
  ) {
    ng_http_request_add_field(pointer, "Host", settings.hostField)
    ng_http_request_add_field(pointer, "User-Agent", settings.userAgent)
    ng_http_request_add_field(pointer, "Accept", settings.acceptField)
    if let token = request.authorization {
      ng_http_request_add_field(pointer, "Authorization", "Bearer " + token.text)
    }
    if request.json != nil {
      ng_http_request_add_field(pointer, "Content-Type", "application/json")
    }
    if let requestID = request.requestID {
      ng_http_request_add_field(pointer, "X-Request-Id", requestID)
    }
    for field in request.fields {
      ng_http_request_add_field(pointer, field.name, field.value)
    }
  }
}

@available(*, unavailable)
extension Exchange: Sendable {}

// MARK: what libcurl tells

extension Exchange {
  /// The context is unretained: `release` frees the C object, after which it calls nobody, and the
  /// client keeps the exchange until then.
  private func makeCallbacks() -> ng_http_callbacks {
    ng_http_callbacks(
      context: Unmanaged.passUnretained(self).toOpaque(),
      on_head: { context, status in
        flow(Exchange.at(context).reader.head(status: Int(status)))
      },
      on_field: { context, name, nameSize, value, valueSize in
        flow(
          Exchange.at(context).reader.field(
            name: UnsafeBufferPointer(start: name, count: nameSize),
            value: UnsafeBufferPointer(start: value, count: valueSize)))
      },
      on_body: { context, bytes, size in
        flow(Exchange.at(context).reader.body(UnsafeBufferPointer(start: bytes, count: size)))
      },
      on_end: { context, end in
        Exchange.at(context).ended(isWhole: end == .NG_HTTP_COMPLETE)
      })
  }

  private static func at(_ context: UnsafeMutableRawPointer) -> Exchange {
    Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  }

  private func ended(isWhole: Bool) {
    client.finish(self, reader.outcome(isWhole: isWhole, mayHaveBeenSent: mayHaveBeenSent))
  }
}

private func flow(_ goesOn: Bool) -> ng_http_flow {
  goesOn ? .NG_HTTP_CONTINUE : .NG_HTTP_STOP
}
