import GatewayWire

/// What a connection's bytes are, read from all of them at once, by cutting them at line ends: as
/// simply as RFC 9112 and PROXY.md can be followed.
struct ReferenceRequests {
  struct Request {
    let head: ReferenceHead
    let headEnd: Int
    var body: ReferenceBody
  }

  enum Ending {
    /// The input is over before the next head or body is.
    case incomplete
    case refused
    /// Asks for a WebSocket connection.
    case upgrade
  }

  private(set) var requests: [Request] = []
  private(set) var ending = Ending.incomplete
  /// Where the last head begins.
  private var position = 0

  init(_ input: [UInt8]) {
    while position < input.count {
      let size: Int
      switch ReferenceHead.read(input[position...]) {
      case .incomplete: return
      case .refused:
        ending = .refused
        return
      case .head(let head, let headSize):
        size = headSize
        let body = ReferenceBody(input[(position + size)...], head.framing)
        requests.append(Request(head: head, headEnd: position + size, body: body))
      }
      guard let request = requests.last else { return }
      if request.head.asksForWebSocket {
        ending = .upgrade
        return
      }
      switch request.body.ending {
      case .incomplete: return
      case .refused:
        ending = .refused
        return
      case .ended(let size): position = request.headEnd + size
      }
    }
  }

  /// Judges what was made of `input`, of which this is the reference.
  func judge(_ transcript: RequestTranscript, of input: [UInt8]) throws(Finding) {
    try require(
      transcript.requests.count == requests.count,
      "\(transcript.requests.count) requests, and not \(requests.count)")
    for (request, reference) in zip(transcript.requests, requests) {
      try require(request.headEnd == reference.headEnd, "a head ends elsewhere")
      try reference.head.judge(request.head)
      guard !reference.head.asksForWebSocket else { continue }
      try require(request.body == reference.body.payload, "another payload")
      let end = reference.body.size.map { request.headEnd + $0 }
      try require(request.end == end, "a body ends elsewhere")
    }
    switch (ending, transcript.ending) {
    case (.incomplete, .head), (.incomplete, .body), (.refused, .refused),
      (.refused, .bodyRefused):
      break
    case (.incomplete, .refused), (.incomplete, .bodyRefused):
      try requireHopeless(input)
    case (.upgrade, .upgrade(let upgrade)):
      try requests.last?.head.judge(upgrade)
    case (.refused, _), (.upgrade, _), (.incomplete, .upgrade):
      throw Finding("\(transcript.ending) where the reference is \(ending)")
    }
  }

  /// What could follow an unfinished head or body, and make it a sound one.
  private static let completions = [
    "\r\n\r\n", "\n\r\n", "\r\nHost: a\r\n\r\n", "\nHost: a\r\n\r\n", ":\r\n\r\n", "1\r\n\r\n",
    " HTTP/1.1\r\nHost: a\r\n\r\n", " / HTTP/1.1\r\nHost: a\r\n\r\n", "/ HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n", "\nGET / HTTP/1.0\r\n\r\n", "TTP/1.0\r\n\r\n", ".0\r\n\r\n",
    "/1.0\r\n\r\n", "1.0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n\r\n", "\n0\r\n\r\n", "\r\n0\r\n\r\n",
    "hunked\r\n\r\n", "\n", "\r\na\r\n0\r\n\r\n",
  ].map { Array($0.utf8) }

  /// What is refused before it is complete must not become a sound request in the end.
  private func requireHopeless(_ input: [UInt8]) throws(Finding) {
    for completion in ReferenceRequests.completions {
      let completed = ReferenceRequests(input[position...] + completion)
      let isSound =
        switch completed.ending {
        case .refused: false
        case .upgrade: true
        case .incomplete: completed.requests.first?.body.size != nil
        }
      try require(!isSound, "refused, and sound with \(completion) behind it")
    }
  }
}
