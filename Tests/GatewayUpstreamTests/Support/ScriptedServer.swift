import GatewayLoop
import Glibc
import Synchronization

/// A server on 127.0.0.1 whose every connection follows a script of its own and then closes.
///
/// It serves from threads of its own with blocking sockets and has nothing in common with the
/// client that it tests. A read that gets nothing for 20 seconds ends the script, so that no test
/// hangs.
final class ScriptedServer: Sendable {
  enum Step: Sendable {
    /// Reads one request, head and body, and keeps it.
    case read
    /// Reads only what comes first of it, and keeps that.
    case readSome
    case send(String)
    /// Sends `count` times the letter a.
    case fill(count: Int)
    /// Ends the connection with a reset instead of an orderly close.
    case reset
    /// Reads, and drops what it reads, until the client closes.
    case awaitEnd
    /// Waits for a `go` of the test.
    case awaitGo
    /// Tells the test that the script is here.
    case tell(String)
  }

  let port: UInt16
  /// What `tell` told, and `closed N` when connection N (0 and up) is closed.
  let events = Mailbox<String>()

  private struct State {
    var requests: [String] = []
    var connectionCount = 0
    var threads: [OSThread] = []
  }
  private let listener: CInt
  /// A byte for each `go`.
  private let goes: (reader: CInt, writer: CInt)
  private let state = Mutex(State())

  /// Connection N follows `scripts[N]`; one beyond them is closed at once.
  init(_ scripts: [[Step]]) {
    let listening = listenOnLoopback()
    listener = listening.descriptor
    port = listening.port
    var ends: [CInt] = [-1, -1]
    precondition(pipe(&ends) == 0, "a pipe can be made")
    goes = (ends[0], ends[1])
    let acceptor = OSThread(name: "acceptor") { [self] in accept(scripts) }
    if let acceptor { state.withLock { $0.threads.append(acceptor) } }
  }

  /// The requests so far, in the order in which they came to their end.
  var requests: [String] { state.withLock { $0.requests } }

  var connectionCount: Int { state.withLock { $0.connectionCount } }

  /// Lets one script go on that waits, or will wait, for it.
  func go() {
    var byte: UInt8 = 0
    write(goes.writer, &byte, 1)
  }

  /// Waits for all scripts: the client must have closed its connections.
  func stop() {
    shutdown(listener, CInt(SHUT_RDWR))
    // Ends every `awaitGo`.
    close(goes.writer)
    while let thread = state.withLock({ $0.threads.popLast() }) { thread.join() }
    for descriptor in [listener, goes.reader] { close(descriptor) }
  }

  private func accept(_ scripts: [[Step]]) {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      let index = state.withLock { state in
        defer { state.connectionCount += 1 }
        return state.connectionCount
      }
      let script = index < scripts.count ? scripts[index] : []
      let thread = OSThread(name: "connection") { [self] in
        ServerConnection(descriptor: descriptor, server: self).follow(script)
        events.post("closed \(index)")
      }
      if let thread { state.withLock { $0.threads.append(thread) } }
    }
  }

  fileprivate func awaitGo() {
    var byte: UInt8 = 0
    read(goes.reader, &byte, 1)
  }

  fileprivate func keep(_ request: String) {
    state.withLock { $0.requests.append(request) }
  }
}

private struct ServerConnection {
  let descriptor: CInt
  let server: ScriptedServer

  func follow(_ script: [ScriptedServer.Step]) {
    setTimeouts()
    defer { close(descriptor) }
    for step in script {
      switch step {
      case .read:
        guard let request = readRequest() else { return }
        server.keep(request)
      case .readSome:
        server.keep(String(decoding: receive(), as: UTF8.self))
      case .send(let text):
        send(Array(text.utf8))
      case .fill(let count):
        send(Array(repeating: UInt8(ascii: "a"), count: count))
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout.size(ofValue: linger))
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
        return
      case .awaitEnd:
        while !receive().isEmpty {}
      case .awaitGo:
        server.awaitGo()
      case .tell(let text):
        server.events.post(text)
      }
    }
  }

  /// Nil when the client closed before the request was whole.
  private func readRequest() -> String? {
    var bytes: [UInt8] = []
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let headEnd = text.firstRange(of: "\r\n\r\n")?.upperBound {
        let head = text[..<headEnd]
        let bodySize = text.utf8.distance(from: headEnd, to: text.endIndex)
        let isWhole =
          head.contains("Transfer-Encoding: chunked")
          ? text.hasSuffix("0\r\n\r\n") : bodySize >= contentLength(of: head)
        if isWhole { return text }
      }
      let more = receive()
      if more.isEmpty { return nil }
      bytes += more
    }
  }

  private func contentLength(of head: Substring) -> Int {
    let lines = head.split(separator: "\r\n")
    let line = lines.first { $0.hasPrefix("Content-Length: ") }
    return line.flatMap { Int($0.dropFirst("Content-Length: ".count)) } ?? 0
  }

  /// Empty at the end and on an error.
  private func receive() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return Array(buffer.prefix(max(0, count)))
  }

  private func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private func setTimeouts() {
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    let size = socklen_t(MemoryLayout.size(ofValue: timeout))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
  }
}

/// A port that refuses connections, and that nobody else gets, as long as this is there.
final class RefusingPort {
  let port: UInt16
  private let descriptor: CInt

  init() {
    (descriptor, port) = bindToLoopback()
  }

  deinit {
    close(descriptor)
  }
}

private func listenOnLoopback() -> (descriptor: CInt, port: UInt16) {
  let bound = bindToLoopback()
  precondition(listen(bound.descriptor, 64) == 0, "a socket can listen")
  return bound
}

private func bindToLoopback() -> (descriptor: CInt, port: UInt16) {
  let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var size = socklen_t(MemoryLayout.size(ofValue: address))
  withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      precondition(bind(descriptor, $0, size) == 0, "a free port is there")
      precondition(getsockname(descriptor, $0, &size) == 0, "a socket has a name")
    }
  }
  return (descriptor, UInt16(bigEndian: address.sin_port))
}
