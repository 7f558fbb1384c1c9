internal import COpenSSL

/// The bytes that the signer of tokens or messages and the gateway share, 32 at least.
///
/// Printing it gives a placeholder.
package struct HMACSecret: Sendable {
  /// The fewest bytes: those of the shortest hash. RFC 7518 section 3.2.
  package static let sizeMin = 32

  private let bytes: [UInt8]

  /// Takes the bytes as they are. Errors: `secretTooShort`, `secretIsPEM`.
  package init(_ bytes: [UInt8]) throws(KeyError) {
    guard bytes.count >= HMACSecret.sizeMin else {
      throw .secretTooShort(size: bytes.count, sizeMin: HMACSecret.sizeMin)
    }
    // A public key that landed in the wrong setting would be a secret that everybody knows.
    guard !bytes.starts(with: Array("-----BEGIN".utf8)) else { throw .secretIsPEM }
    self.bytes = bytes
  }

  /// Takes what a secret's file holds. One line end behind a text is the editor's or `echo`'s, not
  /// the secret's, and is left out; in a file with any other byte than those of printable ASCII
  /// every byte counts. Errors: `secretTooShort`, `secretIsPEM`.
  package init(fileContents: [UInt8]) throws(KeyError) {
    var line = fileContents[...]
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    let isText = line.allSatisfy { (0x20...0x7e).contains($0) }
    try self.init(isText ? Array(line) : fileContents)
  }

  package var size: Int { bytes.count }

  /// The HMAC of `message`, as many bytes as the hash has. RFC 2104.
  package func code(
    of message: [UInt8], hash: HashFunction
  ) throws(CryptographyError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: Int(NG_JOSE_HASH_SIZE_MAX))
    var size = 0
    let status = ng_jose_hmac(
      hash.native, bytes, bytes.count, message, message.count, &code, &size)
    guard status == .ok else { throw CryptographyError() }
    return Array(code.prefix(size))
  }

  /// Whether `code` is the HMAC of `message`. Takes the same time wherever they differ.
  package func verifies(
    _ code: [UInt8], of message: [UInt8], hash: HashFunction
  ) throws(CryptographyError) -> Bool {
    ConstantTime.areEqual(try self.code(of: message, hash: hash), code)
  }
}

extension HMACSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "<secret>" }
  package var debugDescription: String { "<secret>" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
