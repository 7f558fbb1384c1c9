import CWebSockets
import GatewayLoop
import GatewayTypes
import GatewayWire

/// A connection that is not a WebSocket, or not yet: one request after the other, each answered
/// before the next one is looked at.
///
/// ```
///           ┌────────── keep-alive ──────────┐
///           ▼                                │
/// head ─complete─▶ exchange ─answered──▶ skipping
///  │ │                 └─ answered for good ─┐
///  │ └─ upgrade ─▶ (WebSocket)               ▼
///  └─ refused ───────────────────────────▶ ending ─▶ lingering ─▶ closed
/// ```
///
/// While nobody wants its bytes it reads none, so what it holds is bounded: what one read brings
/// in, and what the handler of its exchange writes at once.
final class HTTPConnection {
  enum Phase {
    /// Between two requests, or in a head.
    case head
    /// A request is being answered.
    case exchange
    /// It was answered without its body being read, and that is skipped up to so many bytes.
    case skipping(sizeMax: Int)
    /// The last answer is on its way.
    case ending
    /// The last answer is out. What the client still sends is read and dropped up to so many bytes,
    /// or it would be told of an error before it has read that answer.
    case lingering(sizeMax: Int)
    case closed
  }

  /// How much of a body that nobody wanted is read for the sake of the next request.
  static let skippedSizeMax = 64 << 10
  private static let lingeredSizeMax = 1 << 20
  private static let lingerTimeout = Duration.seconds(2)

  unowned let front: Front
  let peer: PeerAddress
  /// `peer.host`, which each request that is passed on names.
  private(set) lazy var peerHost = Array(peer.host.utf8)
  let isTLS: Bool
  let admission: Admission
  /// Nil once it is closed or upgraded.
  var stream: UnsafeMutablePointer<ng_stream>?

  var phase = Phase.head
  var parser: RequestHeadParser
  var exchange: HTTPExchange?
  var body = RequestBody(.none)
  /// Bytes that came before anybody wanted them.
  var input: [UInt8] = []
  /// The client will send nothing more.
  var isInputOver = false
  var isProcessing = false
  private var isReading = true
  private var hasReceived = false
  var isFirstRequest = true

  /// Bytes for the client; those before `outputStart` are gone. What is sent in one turn of the
  /// loop is gathered here and written at its end: a head and a small body in one piece.
  private var output: [UInt8] = []
  private var outputStart = 0
  /// The client does not read as fast as it is written to, and `output` waits for it.
  private(set) var isBlocked = false
  private(set) var isBroken = false

  /// When something has to have happened.
  private(set) var deadline: MonotonicTime
  /// Where it is in the front's list.
  var listIndex = 0
  var isResumed = false

  /// What was said of it when it came in.
  enum Admission {
    case accepted(ConnectionTicket)
    /// Its first request is answered with this.
    case refused(HTTPRefusal)
  }

  init(front: Front, peer: PeerAddress, isTLS: Bool, admission: Admission) {
    self.front = front
    self.peer = peer
    self.isTLS = isTLS
    self.admission = admission
    parser = RequestHeadParser(sizeMax: front.settings.headerSizeMax)
    deadline = SystemClock.monotonic + front.settings.headerTimeout
  }

  /// The C object calls nobody after `close` or an upgrade, before which the front holds this one.
  static let callbacks = ng_stream_callbacks(
    received: { context, bytes, size in
      HTTPConnection.of(context).received(UnsafeRawBufferPointer(start: bytes, count: size))
    },
    writable: { context in HTTPConnection.of(context).becameWritable() },
    ended: { context, isBroken in HTTPConnection.of(context).ended(isBroken: isBroken != 0) })

  private static func of(_ context: UnsafeMutableRawPointer) -> HTTPConnection {
    Unmanaged<HTTPConnection>.fromOpaque(context).takeUnretainedValue()
  }

  // MARK: What happens to the stream

  private func received(_ bytes: UnsafeRawBufferPointer) {
    hasReceived = true
    if input.isEmpty {
      let used = process(bytes)
      if used < bytes.count, stream != nil {
        input = Array(UnsafeRawBufferPointer(rebasing: bytes[used...]))
      }
    } else {
      input.append(contentsOf: bytes)
      processInput()
    }
    updateReading()
  }

  /// Looks at bytes that came earlier.
  func processInput() {
    let held = input
    input = []
    let used = held.withUnsafeBytes { process($0) }
    if used < held.count, stream != nil { input = Array(held[used...]) }
  }

  private func becameWritable() {
    isBlocked = false
    writeOutput(wasBlocked: true)
  }

  private func ended(isBroken: Bool) {
    isInputOver = true
    if isBroken {
      close()
      return
    }
    switch phase {
    case .exchange where body.isEnded && exchange?.endsWithInput != true:
      // Some clients say so when they have asked all they wanted, and wait for the answer.
      setDeadline(in: front.settings.idleTimeout)
    case .head, .exchange, .skipping, .lingering, .closed:
      close()
    case .ending:
      break
    }
  }

  /// The time of `deadline` is over.
  func timedOut() {
    switch phase {
    case .head where hasReceived && !parser.isBetweenRequests:
      refuse(
        HTTPRefusal(
          status: 408, code: "request_timeout", message: "The request took too long to arrive"))
    case .exchange where !isBlocked && !body.isEnded:
      bodyFailed(status: 408, code: "request_timeout", message: "The body took too long to arrive")
    case .head where isEstablished:
      linger()
    case .head, .exchange, .skipping, .ending, .lingering, .closed:
      close()
    }
  }

  /// Whether there is somebody to say goodbye to.
  private var isEstablished: Bool {
    stream.map { ng_stream_is_established($0) != 0 } ?? false
  }

  // MARK: Output

  /// What is gathered before it is written.
  private static let gatheredSizeMax = 64 << 10

  /// Sends bytes behind those that wait; `bytes` are copied as far as they can't go out at once.
  /// Returns whether the client keeps up.
  @discardableResult
  func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard stream != nil, !isBroken else { return false }
    if isBlocked {
      output.append(contentsOf: bytes)
      return false
    }
    guard output.count + bytes.count >= HTTPConnection.gatheredSizeMax else {
      output.append(contentsOf: bytes)
      front.resume(self)
      return true
    }
    let taken = output.isEmpty ? write(bytes) : 0
    output.append(contentsOf: bytes[taken...])
    if !isBlocked, !isBroken { drainOutput() }
    return !isBlocked && !isBroken
  }

  /// The same, without a copy where nothing waits: what follows is gathered behind `bytes`, in the
  /// room that they have.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    guard output.isEmpty, bytes.count < HTTPConnection.gatheredSizeMax, stream != nil, !isBroken,
      !isBlocked, !bytes.isEmpty
    else { return bytes.withUnsafeBytes { send($0) } }
    output = bytes
    front.resume(self)
    return true
  }

  var hasOutput: Bool { !output.isEmpty }

  /// Writes what was gathered, and what waited. Its user may be told from within that all is gone.
  func writeOutput(wasBlocked: Bool = false) {
    guard !output.isEmpty, !isBlocked, !isBroken else { return }
    drainOutput()
    if output.isEmpty, !isBroken { outputGone(wasBlocked: wasBlocked) }
  }

  private func drainOutput() {
    guard outputStart < output.count else { return }
    // Moved out meanwhile: a connection that breaks forgets its output.
    var bytes: [UInt8] = []
    swap(&bytes, &output)
    let taken = bytes.withUnsafeBytes {
      write(UnsafeRawBufferPointer(rebasing: $0[outputStart...]))
    }
    guard !isBroken else { return }
    swap(&bytes, &output)
    outputStart += taken
    if outputStart == output.count {
      output.removeAll(keepingCapacity: exchange?.isAnswered == false)
      outputStart = 0
      clearDeadline()
    }
  }

  /// Returns how many bytes are on their way. When it is less than all, it is blocked or broken.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let stream, let start = bytes.baseAddress else { return 0 }
    let taken = ng_stream_write(stream, start, bytes.count)
    guard taken >= 0 else {
      breakOff()
      return 0
    }
    if taken < bytes.count {
      isBlocked = true
      setDeadline(in: front.settings.idleTimeout)
    }
    return taken
  }

  /// It is closed at the end of the turn, for its user is in the middle of writing.
  private func breakOff() {
    isBroken = true
    output = []
    outputStart = 0
    front.resume(self)
  }

  /// Says that nothing more will come, and waits for the client to close.
  func linger() {
    guard let stream else { return }
    guard !isInputOver else {
      close()
      return
    }
    phase = .lingering(sizeMax: HTTPConnection.lingeredSizeMax)
    input = []
    ng_stream_end_output(stream)
    setDeadline(in: HTTPConnection.lingerTimeout)
    updateReading()
  }

  // MARK: State

  func setDeadline(in duration: Duration) {
    deadline = SystemClock.monotonic + duration
  }

  /// Nothing is waited for but the handler, or the client's body.
  func clearDeadline() {
    let isWaitingForBody = !body.isEnded && exchange?.wantsBody == true
    deadline =
      isWaitingForBody ? SystemClock.monotonic + front.settings.bodyTimeout : .never
  }

  /// Reads when somebody wants bytes, and when there is nothing else that would tell of the
  /// client's end.
  func updateReading() {
    guard let stream else { return }
    let wanted =
      switch phase {
      case .head: input.isEmpty && (!front.isStopping || awaitsRequest)
      case .exchange: body.isEnded ? input.isEmpty : exchange?.wantsBody ?? false
      case .skipping, .lingering: true
      case .ending, .closed: false
      }
    let isReading = wanted && !isInputOver
    guard isReading != self.isReading else { return }
    self.isReading = isReading
    ng_stream_set_reading(stream, isReading ? 1 : 0)
  }

  /// No request is taken any more, but the one that has begun, and the first one: who has just
  /// connected would see an error that nobody could explain to them.
  func stop() {
    guard case .head = phase else { return }
    if awaitsRequest {
      deadline = min(deadline, SystemClock.monotonic + front.settings.lastRequestTimeout)
    } else {
      linger()
    }
  }

  /// Whether a request has begun, or is the first one, and has not come whole.
  var awaitsRequest: Bool {
    guard case .head = phase, stream != nil, case .accepted = admission else { return false }
    return isFirstRequest || !parser.isBetweenRequests
  }

  /// Closes the connection in the middle of an answer, so that the client can tell: what there is
  /// of it goes out, but nothing that looks like its end.
  func cutOff(_ framing: ResponseHead.Body) {
    if !isBlocked { drainOutput() }
    // An answer that ends with the connection looks whole unless that ends with an error.
    if framing == .untilClose, let stream { ng_stream_reset_at_close(stream) }
    close()
  }

  /// Closes the connection at once. The handler of an exchange that is not finished is told.
  func close() {
    phase = .closed
    if let stream {
      ng_stream_close(stream)
      self.stream = nil
    }
    let isFirstClose = front.remove(self)
    let exchange = exchange
    self.exchange = nil
    exchange?.connectionLost()
    if isFirstClose { front.end(admission) }
  }
}

extension MonotonicTime {
  /// Later than any time that comes.
  static let never = MonotonicTime(nanoseconds: .max)
}
