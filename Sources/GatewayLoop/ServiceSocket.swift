import CLoop
import Glibc

/// The socket of a service manager, to which one datagram is sent at a time.
package enum ServiceSocket {
  /// Sends `text` to the UNIX socket at a path, or in the abstract name space where `name` begins
  /// with `@`. Returns why it could not be sent; nil when it was. Waits a second at most.
  package static func send(_ text: String, to name: String) -> String? {
    let bytes = Array(text.utf8)
    let result = name.withCString { name in
      bytes.withUnsafeBytes {
        ng_send_datagram(name, $0.baseAddress ?? UnsafeRawPointer(name), $0.count)
      }
    }
    guard result < 0 else { return nil }
    return strerror(-result).map { String(cString: $0) } ?? "error \(-result)"
  }
}
