import GatewayWire

/// All that comes of the bytes of one connection, read as `HTTPConnection` does.
struct RequestTranscript: Hashable {
  struct Request: Hashable {
    let head: RequestHead
    /// Behind the head, from the start of the input.
    let headEnd: Int
    /// The payload, as far as it came.
    var body: [UInt8] = []
    /// Behind the body; nil until it has ended.
    var end: Int?
  }

  enum Ending: Hashable {
    /// The input is over in a head, or between two requests.
    case head(isBetweenRequests: Bool)
    /// The input is over in a body.
    case body
    case refused(RequestHeadError)
    case bodyRefused(ChunkedBodyError)
    /// Asks for a WebSocket connection, rightly or not: what follows is not read as requests.
    case upgrade(WebSocketUpgrade)
  }

  fileprivate(set) var requests: [Request] = []
  fileprivate(set) var ending = Ending.head(isBetweenRequests: true)

  /// Whether a gateway would read on, or make a WebSocket of it.
  var isSound: Bool {
    switch ending {
    case .head, .body, .upgrade(.wellFormed): true
    case .refused, .bodyRefused, .upgrade: false
    }
  }
}

/// Reads one connection's bytes.
struct RequestReader {
  private(set) var transcript = RequestTranscript()

  private var parser = RequestHeadParser(
    sizeMax: RequestTarget.headSizeMax, fieldCountMax: RequestTarget.fieldCountMax)
  private var body = RequestBody(.none)
  /// How many bytes were taken.
  private var position = 0

  /// Reads `input` in pieces of the sizes that `size` gives, at least 1.
  init(of input: [UInt8], cut size: () -> Int) throws(Finding) {
    var rest = input[...]
    while !rest.isEmpty {
      // Memory of its own, so that AddressSanitizer sees a look beyond its end.
      var piece = Array(rest.prefix(size()))[...]
      rest = rest.dropFirst(piece.count)
      while !piece.isEmpty {
        guard let taken = try read(piece) else { return }
        try require(taken <= piece.count, "more was taken than there is")
        position += taken
        piece = piece.dropFirst(taken)
      }
    }
  }

  /// Takes bytes from the front of `piece`. Their number, or nil when nothing more is read.
  private mutating func read(_ piece: ArraySlice<UInt8>) throws(Finding) -> Int? {
    if body.isEnded { return try readHead(piece) }
    let step = piece.withUnsafeBytes { body.consume($0) }
    switch step {
    case .payload(let range):
      try require(!range.isEmpty, "payload without a byte")
      try require(range.upperBound <= piece.count, "payload beyond the input")
      let payload = piece.dropFirst(range.lowerBound).prefix(range.count)
      transcript.requests[transcript.requests.count - 1].body += payload
      endBody(behind: range.upperBound)
      return range.upperBound
    case .taken(let size):
      try require(size > 0, "a step that takes nothing")
      endBody(behind: size)
      return size
    case .failed(let error):
      transcript.ending = .bodyRefused(error)
      try require(
        piece.withUnsafeBytes { body.consume($0) } == step, "a body refused is refused for ever")
      return nil
    }
  }

  private mutating func endBody(behind size: Int) {
    guard body.isEnded else { return }
    transcript.requests[transcript.requests.count - 1].end = position + size
    transcript.ending = .head(isBetweenRequests: true)
  }

  private mutating func readHead(_ piece: ArraySlice<UInt8>) throws(Finding) -> Int? {
    let step = piece.withUnsafeBytes { parser.consume($0) }
    switch step {
    case .needMore:
      transcript.ending = .head(isBetweenRequests: parser.isBetweenRequests)
      return piece.count
    case .failed(let error):
      transcript.ending = .refused(error)
      try require(
        piece.withUnsafeBytes { parser.consume($0) } == step, "a head refused is refused for ever")
      return nil
    case .complete(let head, consumed: let size):
      try require(size > 0, "a step that takes nothing")
      try require(parser.isBetweenRequests, "in a head behind a head")
      let request = RequestTranscript.Request(head: head, headEnd: position + size)
      transcript.requests.append(request)
      let upgrade = WebSocketUpgrade(head)
      guard upgrade == .none else {
        transcript.ending = .upgrade(upgrade)
        return nil
      }
      body = RequestBody(head.framing)
      transcript.ending = .body
      endBody(behind: size)
      return size
    }
  }
}
