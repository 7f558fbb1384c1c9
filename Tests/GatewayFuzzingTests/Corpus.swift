import GatewayFuzzing
import Glibc
import Testing

/// An input that is kept in `Fuzz/Corpus`. Its name says what it is.
struct CorpusInput: CustomTestStringConvertible {
  let target: FuzzTarget
  let name: String
  let bytes: [UInt8]

  /// What its name says of it.
  var verdict: FuzzTarget.Verdict { name.hasPrefix("refused-") ? .refused : .accepted }

  var testDescription: String { "\(target.rawValue)/\(name)" }

  /// All that are kept for a target, by name.
  static func all(of target: FuzzTarget) throws -> [CorpusInput] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let path = "/\(root)/Fuzz/Corpus/\(target.rawValue)"
    let directory = try #require(opendir(path), "\(path) cannot be opened")
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      // The name's first byte, and the others behind it, up to a NUL.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return try names.sorted().map { name in
      CorpusInput(target: target, name: name, bytes: try contents(ofFile: "\(path)/\(name)"))
    }
  }

  private static func contents(ofFile path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"), "\(path) cannot be opened")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return bytes
  }
}
