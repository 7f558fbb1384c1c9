internal import GatewayWire

/// What a login service publishes: a JSON Web Key Set, reduced to the public keys in it that tokens
/// can be verified with. Source: RFC 7517 section 5.
///
/// A key that is not understood or not fit is left out and named in `problems` (RFC 7517 section 5
/// asks to ignore it), so that a new kind of key at the service does not lock everybody out.
package struct JSONWebKeySet: Sendable {
  /// The most bytes of a set.
  package static let sizeMax = 1 << 20
  /// The most keys in a set, fit or not.
  package static let keyCountMax = 256

  /// At least one.
  package let keys: [VerificationKey]

  /// One for each key that was left out.
  package let problems: [JSONWebKeyProblem]

  /// Reads a set as it was fetched or stands in a file.
  package init(_ bytes: [UInt8]) throws(JSONWebKeySetError) {
    guard bytes.count <= JSONWebKeySet.sizeMax else { throw .tooLarge(size: bytes.count) }
    var keys: [VerificationKey] = []
    var problems: [JSONWebKeyProblem] = []
    for (index, node) in try JSONWebKeySet.members(of: bytes).enumerated() {
      do {
        keys.append(try VerificationKey(jsonWebKey: node))
      } catch {
        problems.append(JSONWebKeyProblem(index: index, id: node["kid"]?.string, defect: error))
      }
    }
    guard !keys.isEmpty else { throw .noUsableKey(problems) }
    self.keys = keys
    self.problems = problems
  }

  private static func members(of bytes: [UInt8]) throws(JSONWebKeySetError) -> [JSONNode] {
    let document: JSONDocument
    do {
      document = try JSONDocument(bytes)
    } catch {
      throw .notJSON(position: error.position)
    }
    guard let members = document.root["keys"]?.elements else { throw .notAKeySet }
    guard members.count <= keyCountMax else { throw .tooManyKeys(count: members.count) }
    return members
  }
}

/// Why a text gives no keys at all.
package enum JSONWebKeySetError: Error, Hashable, Sendable {
  case tooLarge(size: Int)
  case notJSON(position: Int)
  case notAKeySet
  case tooManyKeys(count: Int)
  case noUsableKey([JSONWebKeyProblem])
}

extension JSONWebKeySetError: CustomStringConvertible {
  /// For an operator, behind the file or URL of the set.
  package var description: String {
    switch self {
    case .tooLarge(let size):
      "has \(size) bytes; a key set may have \(JSONWebKeySet.sizeMax)"
    case .notJSON(let position):
      "is not JSON, or names a member twice (byte \(position))"
    case .notAKeySet:
      "must be a JSON object with an array \"keys\""
    case .tooManyKeys(let count):
      "has \(count) keys; a key set may have \(JSONWebKeySet.keyCountMax)"
    case .noUsableKey(let problems):
      problems.isEmpty
        ? "has no keys"
        : "has no usable key: " + problems.map(\.description).joined(separator: "; ")
    }
  }
}
