import GatewayTokens
import GatewayTypes

/// What a login service publishes as its keys.
///
/// Each key of a set is usable or named as a problem; a usable one says nothing against being used.
enum KeysTarget {
  static func check(_ input: [UInt8]) throws(Finding) -> FuzzTarget.Verdict {
    let set: JSONWebKeySet
    do {
      set = try JSONWebKeySet(input)
    } catch {
      try require(isOneLine(error.description), "a message of more than a line")
      if case .noUsableKey(let problems) = error {
        try require(elements(input)?.count == problems.count, "a key without a problem")
      }
      return .refused
    }
    guard let elements = elements(input) else { throw Finding("keys of what is no set") }
    try require(set.keys.count + set.problems.count == elements.count, "keys went missing")
    try require((1...JSONWebKeySet.keyCountMax).contains(elements.count), "too many keys")
    let refused = Set(set.problems.map(\.index))
    let usable = elements.enumerated().filter { !refused.contains($0.offset) }.map(\.element)
    try require(usable.count == set.keys.count, "a key with two problems")
    for (key, element) in zip(set.keys, usable) { try judge(key, element, in: input) }
    for problem in set.problems {
      try require(isOneLine(problem.description), "a message of more than a line")
    }
    return .accepted
  }

  private static func elements(_ input: [UInt8]) -> [ReferenceJSON]? {
    guard let keys = ReferenceMessage.text(input)?.root.member("keys"),
      case .array(let elements) = keys.content
    else { return nil }
    return elements
  }

  private static func judge(
    _ key: VerificationKey, _ element: ReferenceJSON, in input: [UInt8]
  ) throws(Finding) {
    try require(key.id == element.member("kid")?.string, "another kid")
    try require(key.algorithm?.rawValue == element.member("alg")?.string, "another alg")
    let use = element.member("use")
    try require(use == nil || use?.isText("sig") ?? false, "a key for encryption")
    if let operations = element.member("key_ops") {
      guard case .array(let names) = operations.content,
        names.contains(where: { $0.isText("verify") })
      else { throw Finding("a key that is not for verifying") }
    }
    let fitting = SigningAlgorithm.allCases.filter(key.fits)
    try require(!fitting.isEmpty, "a key for no algorithm")
    try require(!fitting.contains { $0.rawValue.hasPrefix("HS") }, "a public key as a secret")
    let kinds: [(type: String, prefixes: [String])] = [
      ("RSA", ["RS", "PS"]), ("EC", ["ES"]), ("OKP", ["Ed"]),
    ]
    let kind = kinds.first { element.member("kty")?.isText($0.type) ?? false }
    try require(
      fitting.allSatisfy { algorithm in
        kind?.prefixes.contains { algorithm.rawValue.hasPrefix($0) } ?? false
      }, "a key for another type's algorithm")
    try judgeVerifying(key, fitting)
  }

  /// What nobody has signed is never genuine, whatever the key.
  private static func judgeVerifying(
    _ key: VerificationKey, _ algorithms: [SigningAlgorithm]
  ) throws(Finding) {
    for algorithm in algorithms {
      let rules = TokenRules(algorithms: [algorithm])
      let header = Base64URL.encode(#"{"alg":"\#(algorithm.rawValue)"}"#.utf8)
      let claims = Base64URL.encode(#"{"sub":"mallory","exp":2000000000}"#.utf8)
      for signature in [[UInt8](repeating: 0, count: 64), [1] + [UInt8](repeating: 0, count: 63)] {
        let token = BearerToken("\(header).\(claims).\(Base64URL.encode(signature))")
        do {
          let verifier = TokenVerifier(rules: rules, keys: KeySet([key]))
          _ = try verifier.verify(token, at: WallTime(milliseconds: 1_700_000_000_000))
        } catch {
          continue
        }
        throw Finding("a signature that anybody can make")
      }
    }
  }

  private static func isOneLine(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
  }
}
