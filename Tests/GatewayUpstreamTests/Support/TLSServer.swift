import GatewayTesting
import Glibc

/// A TLS server on 127.0.0.1 that answers each request with a page: `openssl s_server -www`, with a
/// certificate of its own for that address and for no name.
final class TLSServer {
  let port: UInt16
  /// The PEM file of the certificate.
  let certificateFile: String
  private let directory: String
  private let process: pid_t
  private let output: CInt

  static let isAvailable = access("/usr/bin/openssl", X_OK) == 0

  /// Nil when it does not start.
  init?() throws {
    directory = try makeTemporaryDirectory()
    let key = directory + "/key.pem"
    certificateFile = directory + "/certificate.pem"
    let make = spawn([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-keyout", key, "-out", certificateFile, "-days", "2", "-subj", "/CN=notes",
      "-addext", "subjectAltName=IP:127.0.0.1",
    ])
    guard let make, wait(for: make.process) else { return nil }
    close(make.output)
    let serve = spawn([
      "s_server", "-www", "-4", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificateFile,
    ])
    guard let serve, let port = announcedPort(serve.output) else { return nil }
    process = serve.process
    output = serve.output
    self.port = port
  }

  deinit {
    // Not SIGTERM, which the threads of tests block, and so do their children.
    kill(process, SIGKILL)
    _ = wait(for: process)
    close(output)
    for file in ["/key.pem", "/certificate.pem"] { unlink(directory + file) }
    rmdir(directory)
  }
}

/// Starts openssl; `output` is what it prints.
private func spawn(_ arguments: [String]) -> (process: pid_t, output: CInt)? {
  var ends: [CInt] = [-1, -1]
  guard pipe(&ends) == 0 else { return nil }
  defer { close(ends[1]) }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
  for end in ends { posix_spawn_file_actions_addclose(&actions, end) }
  let words = (["openssl"] + arguments).map { strdup($0) } + [nil]
  defer { for word in words { free(word) } }
  var process: pid_t = 0
  guard posix_spawn(&process, "/usr/bin/openssl", &actions, nil, words, nil) == 0 else {
    close(ends[0])
    return nil
  }
  return (process, ends[0])
}

/// Whether it ends well.
private func wait(for process: pid_t) -> Bool {
  var status: CInt = 0
  return waitpid(process, &status, 0) == process && status == 0
}

/// The port of the line `ACCEPT 127.0.0.1:port`.
private func announcedPort(_ output: CInt) -> UInt16? {
  var text = ""
  var byte: UInt8 = 0
  while read(output, &byte, 1) == 1 {
    text.unicodeScalars.append(Unicode.Scalar(byte))
    guard byte == UInt8(ascii: "\n") else { continue }
    if text.hasPrefix("ACCEPT ") {
      return text.dropLast().split(separator: ":").last.flatMap { UInt16($0) }
    }
    text = ""
  }
  return nil
}
