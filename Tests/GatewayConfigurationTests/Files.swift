import GatewayTesting
import Glibc
import Testing

/// The content of a file that must be there.
func contents(ofFile path: String) throws -> String {
  let file = try #require(fopen(path, "r"), "\(path) cannot be opened")
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
  return String(decoding: bytes, as: UTF8.self)
}

/// A directory of its own for one test, removed with all that is in it at the end.
final class TemporaryDirectory {
  let path: String
  private var files: [String] = []

  init() throws {
    path = try makeTemporaryDirectory()
  }

  deinit {
    for file in files { unlink(file) }
    rmdir(path)
  }

  /// Writes a file, and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let path = "\(path)/\(name)"
    let file = try #require(fopen(path, "w"))
    files.append(path)
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    return path
  }

  /// Writes a file of text, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }
}
