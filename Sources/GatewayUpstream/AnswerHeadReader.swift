import GatewayWire

/// Reads the head of an answer that is passed on, as it comes.
///
/// Each method returns whether to go on; after a no it has its problem, and nothing more is given.
struct AnswerHeadReader {
  private var status = 0
  private var reason: [UInt8] = []
  private var lines = FieldLines(reserving: 512)
  private var size: UInt64?
  private var isChunked = false
  /// What is wrong, for people.
  private(set) var problem: String?

  mutating func head(status: Int, reason: UnsafeBufferPointer<UInt8>) -> Bool {
    // 101 would be the end of HTTP on the connection, which nobody asked for.
    guard (200...599).contains(status) else { return fail("a status that is not 200 to 599") }
    guard reason.allSatisfy(isFieldValueByte) else {
      return fail("a reason phrase with control characters")
    }
    self.status = status
    self.reason = Array(reason)
    return true
  }

  /// `name` and `value` are used during the call only.
  mutating func field(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
    if equals(name, "content-length") {
      // Of two lengths a client may believe either.
      guard let size = decimalNumber(value), self.size == nil || self.size == size else {
        return fail("a Content-Length that is not one number")
      }
      self.size = size
      return true
    }
    if equals(name, "transfer-encoding") {
      // Other codings of the transfer would be taken off by libcurl.
      guard equals(value, "chunked"), !isChunked else {
        return fail("a Transfer-Encoding that is not chunked")
      }
      isChunked = true
    }
    guard lines.append(checking: name, value) else {
      return fail("a field that is not one sound line")
    }
    return true
  }

  /// All fields were given.
  var answerHead: StreamedAnswerHead {
    StreamedAnswerHead(
      status: status, reason: reason, lines: lines, size: isChunked ? nil : size)
  }

  private mutating func fail(_ problem: String) -> Bool {
    self.problem = problem
    return false
  }
}
