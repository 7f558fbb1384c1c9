package import GatewayTypes
package import GatewayWire

/// A request of a client's that is passed on: its head, made of parts that a `RequestHeadParser`
/// found to be sound, and how its body will come.
package struct StreamedRequest: Hashable, Sendable {
  package let method: String
  package let target: String
  package let lines: FieldLines
  package let body: BodyFraming

  /// - Parameters:
  ///   - method: as of the head.
  ///   - target: the prefix of `upstream.url`, and the head's target behind it.
  ///   - lines: without Host, Content-Length and Transfer-Encoding, which are added.
  ///   - body: how it is delimited; the same way upstream.
  package init(
    method: ArraySlice<UInt8>, pathPrefix: String, target: ArraySlice<UInt8>, lines: FieldLines,
    body: BodyFraming
  ) {
    self.method = String(decoding: method, as: UTF8.self)
    self.target = pathPrefix + String(decoding: target, as: UTF8.self)
    self.lines = lines
    self.body = body
  }

  /// Asks for nothing to be changed, and has no body that would be gone after the first time.
  var mayBeRepeated: Bool {
    (method == "GET" || method == "HEAD") && !hasBody
  }

  /// A body of at least one byte, as far as is known.
  var hasBody: Bool {
    switch body {
    case .none, .contentLength(0): false
    case .contentLength, .chunked: true
    }
  }
}

/// The head of an answer, as the upstream gave it, found to be sound.
package struct StreamedAnswerHead: Hashable, Sendable {
  /// 200 to 599.
  package let status: Int
  /// Without control characters; may be empty.
  package let reason: [UInt8]
  /// Without Content-Length; all others, the ones for the next hop included.
  package let lines: FieldLines
  /// What Content-Length says. Nil without one, and where the body is chunked, whose size nobody
  /// knows.
  package let size: UInt64?

  package init(status: Int, reason: [UInt8], lines: FieldLines, size: UInt64?) {
    self.status = status
    self.reason = reason
    self.lines = lines
    self.size = size
  }
}

/// How a request that was passed on ended.
package enum StreamEnd: Hashable, Sendable {
  /// The answer was given to its end.
  case whole
  /// It broke off, or never came.
  case failed(UpstreamFailure)
}

/// Who passes a request on: gives its body and takes the answer. All of it on the loop's thread.
///
/// Only from within `streamEnded` may any function of the upstream client be called.
package protocol UpstreamStreamHandler: AnyObject {
  /// The upstream is ready for the body, or for more of it: `UpstreamStream.write` and `endBody`.
  func bodyWanted()

  /// The head of the answer. Returns false to give it up, as a broken one.
  func answered(_ head: StreamedAnswerHead) -> Bool

  /// The next bytes of the answer's body, borrowed until return, at least one. Returns false to be
  /// given them again after `UpstreamStream.resumeAnswer`.
  func received(_ bytes: UnsafeRawBufferPointer) -> Bool

  /// Once, last; not after `UpstreamStream.cancel`.
  func streamEnded(_ end: StreamEnd)
}
