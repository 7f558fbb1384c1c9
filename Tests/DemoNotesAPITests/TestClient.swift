import Glibc

/// A blocking connection to a port of 127.0.0.1, for a test that is the client. Reads give up after
/// a while, so that no test hangs.
final class TestClient {
  private let descriptor: CInt

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw TestClientError(call: "connect", number: errno) }
  }

  deinit {
    close(descriptor)
  }

  /// Sends one request, the last on this connection, and returns all that comes back.
  func ask(
    _ method: String, _ path: String, fields: [String] = [], body: String = ""
  ) throws -> String {
    let head = [
      "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Connection: close",
      "Content-Length: \(body.utf8.count)",
    ]
    try send((head + fields + ["", body]).joined(separator: "\r\n"))
    return try receiveRest()
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw TestClientError(call: "send", number: errno) }
      sent += count
    }
  }

  /// All up to the end of the stream; a connection that is reset ends too.
  func receiveRest() throws -> String {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 || errno == ECONNRESET else {
        throw TestClientError(call: "recv", number: errno)
      }
      if count <= 0 { return String(decoding: received, as: UTF8.self) }
      received += buffer[..<count]
    }
  }
}

struct TestClientError: Error {
  let call: String
  let number: CInt
}
