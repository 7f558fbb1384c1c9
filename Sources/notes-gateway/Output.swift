import ArgumentParser
import Glibc

/// Says on standard error why the program fails. Returns what it is then to be ended with.
func failure(_ reason: String) -> ExitCode {
  printError(reason)
  return ExitCode(1)
}

/// Writes what was asked for to standard output. Somebody waits for it: that it can't be written is
/// a failure.
func printResult(_ text: String) throws {
  guard let error = printLine(text) else { return }
  let reason = strerror(error).map { String(cString: $0) } ?? "error \(error)"
  throw failure("cannot write to standard output: \(reason)")
}

/// Writes a line to standard error.
func printError(_ text: String) {
  printLine(text, to: STDERR_FILENO)
}

/// Writes a line at once, also where it goes into a pipe. Returns the errno where it can't.
@discardableResult
func printLine(_ text: String, to descriptor: CInt = STDOUT_FILENO) -> CInt? {
  let line = Array("\(text)\n".utf8)
  var written = 0
  while written < line.count {
    let count = line[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 || errno == EINTR else { return errno }
    written += max(0, count)
  }
  return nil
}
