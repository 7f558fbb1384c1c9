import GatewayTransport
import GatewayTypes
import GatewayUpstream
import GatewayWire

/// Who looks on while a request is passed on and its answer comes back.
protocol ForwardingObserver: AnyObject {
  /// A piece of the request's body, borrowed until return.
  func forwarded(_ bytes: UnsafeRawBufferPointer)
  func answered(_ head: StreamedAnswerHead)
  /// Whether the answer is read on although the client is slow, or has gone after it asked whole.
  var awaitsOutcome: Bool { get }
  /// A piece of the answer's body, borrowed until return.
  func received(_ bytes: UnsafeRawBufferPointer)
  /// Once, last. Nil when the client went away or broke off before the answer was whole, or was
  /// never passed on: the outcome is unknown.
  func ended(_ end: StreamEnd?)
}

/// One request that is passed on to the upstream: connects its client with a stream there.
///
///     taken ──forward──▶ forwarded ──answer's end / failure──▶ over
///       └──────────client gone──────────────────▶ over
///
/// Until `forward` its body stays with the client. Neither body is ever held whole: who is slow
/// makes the other side wait, but for an answer whose outcome `observer` awaits: it says so for the
/// beginning only.
///
/// Retained by the exchange and the stream until each is over. Thread: the worker's.
final class ForwardedRequest: UpstreamStreamHandler {
  private let exchange: HTTPExchange
  private let bodySizeMax: Int
  private var observer: (any ForwardingObserver)?
  /// There while it is forwarded.
  private var stream: UpstreamStream?
  private var bodySize = 0
  private var hasBodyBegun = false
  private var isBodyPaused = false
  private var isBodyUnwanted = false
  /// Whether the client has sent all of it.
  private(set) var isWhole: Bool
  /// The upstream said 417 to `Expect`.
  private var hasExpectationFailed = false

  /// Takes a request whose answer has not begun. A body whose announced size is too large is
  /// refused at once, which `observer` is told.
  init(_ exchange: HTTPExchange, bodySizeMax: Int, observer: (any ForwardingObserver)? = nil) {
    self.exchange = exchange
    isWhole = exchange.head.framing == .none || exchange.head.framing == .contentLength(0)
    self.bodySizeMax = bodySizeMax
    self.observer = observer
    exchange.endsWithInput = true
    exchange.aborted = { [self] in
      // What has been asked whole may be done: its outcome is to be known.
      if observer?.awaitsOutcome == true, isWhole, stream != nil {
        stream?.resumeAnswer()
        return
      }
      stream?.cancel()
      stream = nil
      tellEnd(nil)
    }
    exchange.writable = { [unowned self] in stream?.resumeAnswer() }
    if case .contentLength(let size) = exchange.head.framing, size > UInt64(clamping: bodySizeMax) {
      exchange.refuseBody()
    }
  }

  /// Passes it on. Once; nothing when its client has gone or its body was refused.
  func forward(_ rules: ForwardingRules, ids: inout RequestIDs, through upstream: UpstreamClient) {
    guard exchange.isUnanswered else { return }
    let id = ForwardingRules.id(of: exchange.head, ids: &ids)
    exchange.requestID = id
    stream = upstream.stream(rules.request(exchange, id: id), to: self)
  }

  /// Answers it here instead, which `observer` is not told. Before `forward`.
  func refuse(_ refusal: ProxyRefusal) {
    observer = nil
    exchange.refuse(
      status: refusal.status, code: refusal.code.rawValue, message: refusal.message)
  }

  /// As the client sent it.
  var head: RequestHead { exchange.head }

  // MARK: The request's body

  func bodyWanted() {
    if !hasBodyBegun {
      hasBodyBegun = true
      exchange.readBody { [unowned self] event in
        switch event {
        case .bytes(let bytes): receivedBody(bytes)
        case .end:
          isWhole = true
          stream?.endBody()
        }
      }
    } else if isBodyPaused, !isBodyUnwanted {
      isBodyPaused = false
      exchange.resumeBody()
    }
  }

  private func receivedBody(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= bodySizeMax - bodySize else {
      exchange.refuseBody()
      return
    }
    bodySize += bytes.count
    observer?.forwarded(bytes)
    if stream?.write(bytes) != true { pauseBody() }
  }

  private func pauseBody() {
    isBodyPaused = true
    exchange.pauseBody()
  }

  // MARK: The answer

  func answered(_ head: StreamedAnswerHead) -> Bool {
    if head.status == 417, exchange.head.expectsContinue {
      // libcurl would send the request again, without the expectation.
      hasExpectationFailed = true
      return false
    }
    let answer = ForwardedAnswer(head)
    exchange.begin(
      status: head.status, reason: head.reason, lines: answer.lines, size: answer.size)
    observer?.answered(head)
    // After such an answer the upstream does not want the rest of the body.
    if head.status >= 300, hasBodyBegun {
      isBodyUnwanted = true
      pauseBody()
    }
    return true
  }

  func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !exchange.isBlocked || observer?.awaitsOutcome == true else { return false }
    observer?.received(bytes)
    exchange.write(bytes)
    return true
  }

  func streamEnded(_ end: StreamEnd) {
    stream = nil
    tellEnd(end)
    switch end {
    case .whole:
      exchange.end()
    case .failed where hasExpectationFailed:
      exchange.refuse(
        status: 417, code: "expectation_failed", message: "The API does not know this Expect")
    case .failed(let failure) where exchange.isUnanswered:
      let refusal = ProxyRefusal(failure)
      exchange.refuse(
        status: refusal.status, code: refusal.code.rawValue, message: refusal.message)
    case .failed:
      exchange.abort()
    }
  }

  private func tellEnd(_ end: StreamEnd?) {
    let observer = observer
    self.observer = nil
    observer?.ended(end)
  }
}

@available(*, unavailable)
extension ForwardedRequest: Sendable {}
