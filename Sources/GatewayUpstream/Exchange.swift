import CHTTPClient
import GatewayLoop
import GatewayTypes

/// One request of an `UpstreamClient`, from the moment it was taken to its outcome.
///
///     waiting ──start──▶ in flight ──ended / timedOut / release──▶ over
///
/// Thread: the loop's.
final class Exchange: UpstreamVisitor {
  private let request: UpstreamRequest
  private let answered: (UpstreamOutcome) -> Void
  private unowned let client: UpstreamClient
  private var reader: AnswerReader
  var flight = UpstreamFlight()

  init(
    _ request: UpstreamRequest, of client: UpstreamClient, answerSizeMax: Int,
    answered: @escaping (UpstreamOutcome) -> Void
  ) {
    self.request = request
    self.client = client
    self.answered = answered
    reader = AnswerReader(sizeMax: answerSizeMax)
  }

  var reason: String { reader.reason ?? flight.reason }

  var isGuest: Bool { false }

  func fail(_ failure: UpstreamFailure) {
    finish(.failed(failure))
  }

  func giveUp(_ failure: UpstreamFailure) {
    answered(.failed(failure))
  }

  func start(
    on httpClient: UnsafeMutablePointer<ng_http_client>, settings: UpstreamSettings
  ) {
    let pointer = flight.begin(
      on: httpClient, makeCallbacks(), method: request.method, target: request.target,
      hostField: settings.hostField)
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

  func release() -> Bool { flight.end() }

  private func addFields(
    to pointer: UnsafeMutablePointer<ng_http_request>, _ settings: UpstreamSettings
  ) {
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
      on_head: { context, status, _, _ in
        flow(Exchange.at(context).reader.head(status: Int(status)))
      },
      on_field: { context, name, nameSize, value, valueSize in
        flow(
          Exchange.at(context).reader.field(
            name: UnsafeBufferPointer(start: name, count: nameSize),
            value: UnsafeBufferPointer(start: value, count: valueSize)))
      },
      on_head_end: { _ in .NG_HTTP_CONTINUE },
      on_body: { context, bytes, size in
        flow(Exchange.at(context).reader.body(UnsafeBufferPointer(start: bytes, count: size)))
      },
      on_upload: { _, _, _, _ in .NG_HTTP_SUPPLY_ENDED },
      on_end: { context, end in
        Exchange.at(context).ended(isWhole: end == .NG_HTTP_COMPLETE)
      })
  }

  private static func at(_ context: UnsafeMutableRawPointer) -> Exchange {
    Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  }

  private func ended(isWhole: Bool) {
    finish(reader.outcome(isWhole: isWhole, mayHaveBeenSent: flight.mayHaveBeenSent))
  }

  private func finish(_ outcome: UpstreamOutcome) {
    var failure: UpstreamFailure?
    if case .failed(let kind) = outcome { failure = kind }
    client.finish(self, failure) { answered(outcome) }
  }
}
