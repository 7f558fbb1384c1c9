internal import GatewayTypes
internal import GatewayWire

extension VerificationKey {
  /// Takes the public part of a JSON Web Key. Private parameters (`d`, `p`, …), certificates
  /// (`x5c`) and members that nobody knows are not looked at. Source: RFC 7517 section 4.
  init(jsonWebKey key: JSONNode) throws(JSONWebKeyDefect) {
    guard key.isObject else { throw .notAnObject }
    let type = try key.text("kty")
    try key.requireUseForSignatures()
    let algorithm = try key.signingAlgorithm()
    let publicKey = try PublicKey(jsonWebKey: key, type: type)
    if let algorithm, algorithm.keyType != publicKey.type { throw .algorithmOfOtherKeyType }
    self.init(publicKey: publicKey, id: try key.textIfPresent("kid"), algorithm: algorithm)
  }
}

extension PublicKey {
  /// Source: RFC 7518 section 6.1, RFC 8037 section 2.
  fileprivate convenience init(jsonWebKey key: JSONNode, type: String) throws(JSONWebKeyDefect) {
    if type.isExactly("RSA") {
      try self.init(rsa: key)
    } else if type.isExactly("EC") {
      try self.init(curvePoint: key)
    } else if type.isExactly("OKP") {
      try self.init(octetKeyPair: key)
    } else {
      throw type.isExactly("oct") ? .symmetric : .unsupportedType
    }
  }

  private convenience init(rsa key: JSONNode) throws(JSONWebKeyDefect) {
    let modulus = try key.bytes("n")
    let exponent = try key.bytes("e")
    do {
      try self.init(rsaModulus: modulus, exponent: exponent)
    } catch {
      throw .unusable(error)
    }
  }

  private convenience init(curvePoint key: JSONNode) throws(JSONWebKeyDefect) {
    let curve = try key.text("crv")
    guard curve.isExactly("P-256") || curve.isExactly("P-384") else { throw .unsupportedCurve }
    let x = try key.bytes("x")
    let y = try key.bytes("y")
    do {
      if curve.isExactly("P-256") {
        try self.init(p256X: x, y: y)
      } else {
        try self.init(p384X: x, y: y)
      }
    } catch {
      throw .unusable(error)
    }
  }

  private convenience init(octetKeyPair key: JSONNode) throws(JSONWebKeyDefect) {
    guard try key.text("crv").isExactly("Ed25519") else { throw .unsupportedCurve }
    let x = try key.bytes("x")
    do {
      try self.init(ed25519: x)
    } catch {
      throw .unusable(error)
    }
  }
}

extension JSONNode {
  fileprivate func textIfPresent(_ name: String) throws(JSONWebKeyDefect) -> String? {
    guard let member = self[name] else { return nil }
    guard let text = member.string else { throw .memberNotText(name) }
    return text
  }

  fileprivate func text(_ name: String) throws(JSONWebKeyDefect) -> String {
    guard let text = try textIfPresent(name) else { throw .memberMissing(name) }
    return text
  }

  fileprivate func bytes(_ name: String) throws(JSONWebKeyDefect) -> [UInt8] {
    guard let bytes = Base64URL.decode(Array(try text(name).utf8)) else {
      throw .memberNotBase64URL(name)
    }
    return bytes
  }

  /// `use`, if there, is `sig`; `key_ops`, if there, has `verify`. RFC 7517 sections 4.2 and 4.3.
  fileprivate func requireUseForSignatures() throws(JSONWebKeyDefect) {
    if let use = try textIfPresent("use"), !use.isExactly("sig") { throw .notForSignatures }
    guard let operations = self["key_ops"] else { return }
    let isForVerifying =
      operations.elements?.contains { $0.string?.isExactly("verify") ?? false } ?? false
    guard isForVerifying else { throw .notForSignatures }
  }

  /// `alg`, if there, is one that the gateway knows. RFC 7517 section 4.4.
  fileprivate func signingAlgorithm() throws(JSONWebKeyDefect) -> SigningAlgorithm? {
    guard let name = try textIfPresent("alg") else { return nil }
    guard let algorithm = SigningAlgorithm.allCases.first(where: { $0.rawValue.isExactly(name) })
    else { throw .unsupportedAlgorithm }
    return algorithm
  }
}
