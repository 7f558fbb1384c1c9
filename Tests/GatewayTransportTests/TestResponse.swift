/// One HTTP response as a client reads it.
struct TestResponse {
  let status: Int
  let head: String
  let body: String

  /// Reads a response; `hasBody` is false for the answer to HEAD.
  init(from socket: TestSocket, hasBody: Bool = true) throws {
    head = try socket.receive(upTo: "\r\n\r\n")
    guard head.hasPrefix("HTTP/1.1 "), let status = Int(head.dropFirst(9).prefix(3)) else {
      throw TestFailure("no response: \(head)")
    }
    self.status = status
    if !hasBody || status == 204 || status == 304 || status < 200 {
      body = ""
    } else if let size = TestResponse.field("Content-Length", in: head).flatMap({ Int($0) }) {
      body = text(try socket.receive(size))
    } else if TestResponse.field("Transfer-Encoding", in: head) == "chunked" {
      body = try TestResponse.chunks(from: socket)
    } else {
      body = text(try socket.receiveRest())
    }
  }

  func field(_ name: String) -> String? {
    TestResponse.field(name, in: head)
  }

  private static func field(_ name: String, in head: String) -> String? {
    let prefix = name.lowercased() + ": "
    return head.split(separator: "\r\n")
      .first { $0.lowercased().hasPrefix(prefix) }
      .map { String($0.dropFirst(prefix.count)) }
  }

  private static func chunks(from socket: TestSocket) throws -> String {
    var body: [UInt8] = []
    while true {
      let line = try socket.receive(upTo: "\r\n").dropLast(1)
      guard let size = Int(line, radix: 16) else { throw TestFailure("no chunk: \(line)") }
      body += try socket.receive(size)
      _ = try socket.receive(2)
      if size == 0 { return text(body) }
    }
  }
}
