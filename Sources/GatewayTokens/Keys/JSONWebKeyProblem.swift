/// A key of a key set that was left out, and why. Never holds key material.
package struct JSONWebKeyProblem: Hashable, Sendable {
  /// Its place in `keys`, from 0.
  package let index: Int
  /// Its `kid`, as the set has it.
  package let id: String?
  package let defect: JSONWebKeyDefect
}

/// What is wrong with a JSON Web Key.
package enum JSONWebKeyDefect: Error, Hashable, Sendable {
  case notAnObject
  case memberMissing(String)
  case memberNotText(String)
  case memberNotBase64URL(String)
  case symmetric
  case unsupportedType
  case unsupportedCurve
  case notForSignatures
  case unsupportedAlgorithm
  case algorithmOfOtherKeyType
  case unusable(KeyError)
}

extension JSONWebKeyProblem: CustomStringConvertible {
  package var description: String {
    "key \(index)" + (printableID.map { " (kid \($0))" } ?? "") + " \(defect)"
  }

  // What a server sent goes to a log or terminal only where it cannot do harm there.
  private var printableID: String? {
    guard let id, id.utf8.count <= 100, id.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return nil
    }
    return id
  }
}

extension JSONWebKeyDefect: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnObject: "is not an object"
    case .memberMissing(let name): "has no \"\(name)\""
    case .memberNotText(let name): "has a \"\(name)\" that is not a string"
    case .memberNotBase64URL(let name): "has a \"\(name)\" that is not base64url"
    case .symmetric: "is a secret (\"oct\"); give it as hmac_secret_file"
    case .unsupportedType: "is not of type RSA, EC or OKP"
    case .unsupportedCurve: "is not on P-256, P-384 or Ed25519"
    case .notForSignatures: "is not meant for signatures (\"use\", \"key_ops\")"
    case .unsupportedAlgorithm: "is for an algorithm (\"alg\") that is not supported"
    case .algorithmOfOtherKeyType: "is for an algorithm (\"alg\") of another type of key"
    case .unusable(let error): "\(error)"
    }
  }
}
