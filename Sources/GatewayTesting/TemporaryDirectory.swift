import Glibc

/// Makes a directory of its own for one test, and returns its path. To be removed by the test, with
/// what is in it.
///
/// In /tmp, wherever TMPDIR points: the path of a UNIX socket must be short.
package func makeTemporaryDirectory() throws(TemporaryDirectoryError) -> String {
  var template = Array("/tmp/notes-gateway-tests.XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw TemporaryDirectoryError(number: errno) }
  return String(cString: made)
}

/// Why there is none.
package struct TemporaryDirectoryError: Error, Hashable, Sendable {
  /// An errno.
  package let number: CInt
}
