package import GatewayWire

/// One request and its answer.
///
/// The answer is given once: whole with `respond`, or in pieces with `begin`, `write` and `end`.
/// The body of the request is read when it is asked for; what was not asked for is skipped behind
/// the answer.
///
/// Thread: the loop's. When the connection is lost, `aborted` is called and everything else does
/// nothing; no callback comes after `end`.
package final class HTTPExchange {
  package enum BodyEvent {
    /// Borrowed until return, at least one byte.
    case bytes(UnsafeRawBufferPointer)
    case end
  }

  package let head: RequestHead
  package let peer: PeerAddress
  /// The text of `peer.host`, made once for all requests of a connection.
  package var peerHost: [UInt8] { connection?.peerHost ?? Array(peer.host.utf8) }
  /// What whoever answers it calls it, for the log.
  package var requestID: ArraySlice<UInt8>?
  package let isTLS: Bool

  /// Told when `write` can go on, after it has returned false.
  package var writable: (() -> Void)?
  /// Told when there is nobody any more to answer: the client is gone, or broke the rules in its
  /// body.
  package var aborted: (() -> Void)?
  /// Told when all is over: the answer has gone out, or `aborted` was told.
  package var over: (() -> Void)?
  /// Whether a client that says it will send nothing more has gone. A few say so and still wait for
  /// the answer, but it is also all that is heard of one that has closed the connection.
  package var endsWithInput = false

  /// The status of the answer; nil while it has not begun.
  package private(set) var status: Int?

  private enum Answer {
    case none
    case begun(ResponseHead.Body)
    case ended
  }

  /// Nil when the exchange is over.
  private var connection: HTTPConnection?
  private var answer = Answer.none
  /// What a body of known length still lacks.
  private var missingSize: UInt64 = 0
  private var receive: ((BodyEvent) -> Void)?
  private var isBodyPaused = false
  private var hasBodyBegun = false
  /// Whether another request may follow this one, decided with the head of the answer.
  private(set) var keepsAlive = false

  /// A body of known length up to this has its place behind the head that is sent before it.
  private static let joinedSizeMax: UInt64 = 16 << 10

  init(_ head: RequestHead, on connection: HTTPConnection) {
    self.head = head
    self.connection = connection
    peer = connection.peer
    isTLS = connection.isTLS
  }

  // MARK: The request's body

  /// Reads the body: `receive` gets it piece by piece, the first perhaps before this returns. Once.
  ///
  /// A client that waits for `100 Continue` gets it now. When the body is cut off, malformed or too
  /// slow, `aborted` is told, after the client was answered if it was not yet.
  package func readBody(_ receive: @escaping (BodyEvent) -> Void) {
    guard let connection, self.receive == nil, !hasBodyBegun else { return }
    self.receive = receive
    if head.expectsContinue, hasNotAnswered, connection.input.isEmpty {
      connection.send(ResponseHead(status: 100, body: .none).encoded())
    }
    hasBodyBegun = true
    connection.wantsResume()
  }

  /// Leaves the rest of the body with the client until `resumeBody`. One more piece may come.
  package func pauseBody() {
    isBodyPaused = true
    connection?.wantsResume()
  }

  package func resumeBody() {
    isBodyPaused = false
    connection?.wantsResume()
  }

  /// Reads the whole body and hands it to `whole`, when it has at most `sizeMax` bytes. If not, the
  /// client is answered with 413, and `aborted` is told.
  package func collectBody(upTo sizeMax: Int, _ whole: @escaping ([UInt8]) -> Void) {
    if case .contentLength(let size) = head.framing, size > UInt64(clamping: sizeMax) {
      refuseBody()
      return
    }
    var collected: [UInt8] = []
    readBody { [unowned self] event in
      switch event {
      case .bytes(let bytes) where bytes.count > sizeMax - collected.count: refuseBody()
      case .bytes(let bytes): collected.append(contentsOf: bytes)
      case .end: whole(collected)
      }
    }
  }

  /// Gives the request up because of its body: answers with 413 if it was not answered yet.
  package func refuseBody() {
    connection?.bodyFailed(
      status: 413, code: "too_large", message: "The body of the request is too large")
  }

  // MARK: The answer

  /// Answers with a body that is at hand. `fields` say nothing of its length or of the connection.
  package func respond(status: Int, fields: [ResponseField] = [], body: [UInt8] = []) {
    guard case .none = answer, let connection else { return }
    let framing = bodyFraming(status: status, size: UInt64(body.count))
    var bytes = responseHead(status, fields, framing, connection).encoded(reserving: body.count)
    if sendsBody(framing) { bytes.append(contentsOf: body) }
    answer = .ended
    self.status = status
    connection.send(bytes)
    connection.answered()
  }

  /// Answers with JSON.
  package func respond(status: Int, fields: [ResponseField] = [], json: [UInt8]) {
    respond(
      status: status, fields: [ResponseField("Content-Type", "application/json")] + fields,
      body: json)
  }

  /// Answers with `{"error":message,"code":code}`.
  package func refuse(status: Int, code: String, message: String, fields: [ResponseField] = []) {
    respond(
      status: status, fields: fields, json: JSONError(code: code, message: message).body)
  }

  /// Begins an answer whose body comes in pieces; `size` is nil when its length is not known yet.
  package func begin(status: Int, fields: [ResponseField] = [], size: UInt64? = nil) {
    begin(status, bodyFraming(status: status, size: size)) { framing, connection in
      responseHead(status, fields, framing, connection)
    }
  }

  /// Begins an answer that somebody else has given, with their reason phrase and fields.
  package func begin(
    status: Int, reason: [UInt8], lines: FieldLines, size: UInt64? = nil
  ) {
    // Where there is no body to be found the end of, nothing is made up about it.
    let isSilent = size == nil && head.method.equals("HEAD")
    let framing = isSilent ? .none : bodyFraming(status: status, size: size)
    begin(status, framing) { framing, connection in
      var head = responseHead(status, [], framing, connection)
      head.reason = reason
      head.lines = lines
      return head
    }
  }

  private func begin(
    _ status: Int, _ framing: ResponseHead.Body,
    _ head: (ResponseHead.Body, HTTPConnection) -> ResponseHead
  ) {
    guard case .none = answer, let connection else { return }
    var bodySize = 0
    if case .contentLength(let size) = framing {
      missingSize = size
      if size <= HTTPExchange.joinedSizeMax { bodySize = Int(size) }
    }
    let bytes = head(framing, connection).encoded(reserving: bodySize)
    answer = .begun(framing)
    self.status = status
    connection.send(bytes)
  }

  /// Sends the next piece of the body; `bytes` are copied as far as they can't go out at once.
  /// False when the client is slow: the next should wait for `writable`. More than was announced is
  /// dropped.
  @discardableResult
  package func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard case .begun(let framing) = answer, let connection else { return false }
    guard sendsBody(framing), !bytes.isEmpty else { return !connection.isBlocked }
    switch framing {
    case .none:
      return true
    case .untilClose:
      return connection.send(bytes)
    case .contentLength:
      let piece = bytes.prefix(Int(clamping: missingSize))
      missingSize -= UInt64(piece.count)
      return connection.send(UnsafeRawBufferPointer(rebasing: piece))
    case .chunked:
      connection.send(Array("\(String(bytes.count, radix: 16))\r\n".utf8))
      connection.send(bytes)
      return connection.send(lineEnd)
    }
  }

  @discardableResult
  package func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { write($0) }
  }

  /// Ends the answer. When less came than was announced, the connection is cut, so that the client
  /// sees it.
  package func end() {
    guard case .begun(let framing) = answer, let connection else { return }
    guard missingSize == 0 || !sendsBody(framing) else {
      abort()
      return
    }
    answer = .ended
    if case .chunked = framing, sendsBody(framing) {
      connection.send(Array("0\r\n\r\n".utf8))
    }
    connection.answered()
  }

  /// Cuts the connection: what was answered so far is not the whole answer.
  package func abort() {
    aborted = nil
    guard case .begun(let framing) = answer else {
      connection?.close()
      return
    }
    connection?.cutOff(framing)
  }

  /// Whether the client reads so slowly that what is written now is kept; `writable` is told when
  /// not any more.
  package var isBlocked: Bool { connection?.isBlocked ?? false }

  /// Whether the client waits for an answer, and none has begun.
  package var isUnanswered: Bool { hasNotAnswered && connection != nil }

  private func bodyFraming(status: Int, size: UInt64?) -> ResponseHead.Body {
    if status < 200 || status == 204 || status == 304 { return .none }
    if let size { return .contentLength(size) }
    return head.minorVersion == 1 ? .chunked : .untilClose
  }

  private func sendsBody(_ framing: ResponseHead.Body) -> Bool {
    framing != .none && !head.method.equals("HEAD")
  }

  private func responseHead(
    _ status: Int, _ fields: [ResponseField], _ framing: ResponseHead.Body,
    _ connection: HTTPConnection
  ) -> ResponseHead {
    // A client that was not told to go on may send its body or not, and then one can't tell the
    // body from the next request.
    let isWaiting = head.expectsContinue && !hasBodyBegun
    let canSkipBody =
      connection.body.remainingSizeMin <= UInt64(HTTPConnection.skippedSizeMax) && !isWaiting
    keepsAlive =
      head.isKeepAlive && canSkipBody && framing != .untilClose && connection.mayKeepAlive
    var options: [ResponseHead.ConnectionOption] = []
    if !keepsAlive {
      options = [.close]
    } else if head.minorVersion == 0 {
      options = [.keepAlive]
    }
    return ResponseHead(status: status, fields: fields, body: framing, connection: options)
  }

  // MARK: What the connection tells

  /// Whether bytes of the body, or its end, have somewhere to go.
  var wantsBody: Bool { receive != nil && !isBodyPaused }

  var hasNotAnswered: Bool {
    if case .none = answer { true } else { false }
  }

  var isAnswered: Bool {
    if case .ended = answer { true } else { false }
  }

  func received(_ bytes: UnsafeRawBufferPointer) {
    receive?(.bytes(bytes))
  }

  func bodyEnded() {
    let receive = receive
    self.receive = nil
    receive?(.end)
  }

  /// The answer has gone out.
  func finished() {
    connection = nil
    let over = over
    forgetCallbacks()
    over?()
  }

  /// The connection has refused the request by itself.
  func refused(status: Int) {
    self.status = status
  }

  /// There is nobody to answer any more.
  func connectionLost() {
    connection = nil
    let (aborted, over) = (aborted, over)
    forgetCallbacks()
    aborted?()
    over?()
  }

  private func forgetCallbacks() {
    receive = nil
    writable = nil
    aborted = nil
    over = nil
  }
}

private let lineEnd = Array("\r\n".utf8)

@available(*, unavailable)
extension HTTPExchange: Sendable {}
