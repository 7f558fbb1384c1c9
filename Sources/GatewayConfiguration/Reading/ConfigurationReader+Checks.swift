import GatewayTypes

/// What values must be to each other.
extension ConfigurationReader {
  /// Reports that none of `keys` is there, in a section that needs one of them.
  static func checkOneIsThere(_ section: Section, _ keys: [String]) {
    guard !keys.contains(where: section.has) else { return }
    section.reading.report(
      section.place, "\(section.path): no key is given; expected \(alternatives(keys))")
  }

  /// Reports routes that are the same: a request could then be taken for the wrong one.
  static func checkRoutesDiffer(_ section: Section, _ routes: Configuration.Upstream.Routes) {
    let named = [("note", routes.notes), ("folder", routes.folders)].flatMap { kind, routes in
      [
        ("get_\(kind)", routes.get), ("create_\(kind)", routes.create),
        ("update_\(kind)", routes.update), ("delete_\(kind)", routes.delete),
      ]
    }
    for (index, (key, route)) in named.enumerated() {
      guard let (otherKey, _) = named[..<index].first(where: { $0.1.isSame(as: route) }) else {
        continue
      }
      // One of the two is in the file, since the defaults differ.
      section.refuse(
        section.has(key) ? key : otherKey,
        "\(quoted(route.description)) is both \(otherKey) and \(key); expected routes that differ")
    }
  }

  /// Reports requests of `proxy.sync_routes` that mean something already.
  static func checkSyncRoutesDiffer(_ section: Section, _ configuration: Configuration) {
    let routes = [configuration.upstream.routes.notes, configuration.upstream.routes.folders]
      .flatMap { [$0.get, $0.create, $0.update, $0.delete] }
    let added = configuration.proxy.syncRoutes.map(\.route)
    for (index, route) in added.enumerated() {
      let isThere = (routes + added[..<index]).contains { $0.isSame(as: route) }
      guard isThere else { continue }
      section.refuse(
        "sync_routes",
        "\(quoted(route.description)) is there twice, or in upstream.routes; expected routes that "
          + "differ")
    }
  }

  /// Reports an admin listener where clients connect: the second of the two could not be opened.
  /// Where only the default is in the way, the gateway does without.
  static func checkAdminDiffers(_ section: Section, _ configuration: Configuration) {
    guard section.has("listen"), let address = configuration.admin.address else { return }
    let listeners = configuration.listeners
    guard let index = listeners.firstIndex(where: { $0.address.overlaps(address) }) else { return }
    section.refuse(
      "listen",
      "\(address) is also where listen[\(index)] listens; expected an address and port of its own")
  }

  /// Reports algorithms without a key that could verify them, and keys without an algorithm.
  /// `algorithms` is what the section has, or the default.
  static func checkAlgorithmsHaveKeys(_ section: Section, _ algorithms: [SigningAlgorithm]) {
    let places = section.reading.places
    let secretKey = "\(section.path).keys.hmac_secret_file"
    let secret = places[secretKey] == nil ? nil : secretKey
    let publicKeys = ["jwks_url", "jwks_file", "public_key_file"]
      .map { "\(section.path).keys.\($0)" }
      .filter { places[$0] != nil }
    func report(_ key: String, _ what: String, _ expected: String) {
      section.reading.report(places[key] ?? section.place, "\(key): \(what); expected \(expected)")
    }

    guard section.has("algorithms") else {
      // The default only lacks a key where there is none but the secret, or none at all, which is
      // reported elsewhere.
      if let secret {
        report(
          secret, "no algorithm uses it, since algorithms is [RS256] unless it is given",
          publicKeys.isEmpty ? "algorithms: [HS256]" : "algorithms: [RS256, HS256]")
      }
      return
    }
    guard secret != nil || !publicKeys.isEmpty else { return }
    for (index, algorithm) in algorithms.enumerated() {
      let needed =
        algorithm.isSymmetric ? "hmac_secret_file" : "jwks_url, jwks_file or public_key_file"
      if algorithm.isSymmetric ? secret == nil : publicKeys.isEmpty {
        report(
          "\(section.path).algorithms[\(index)]", "\(algorithm.rawValue) has no key",
          "\(needed) in \(section.path).keys")
      }
    }
    if let secret, !algorithms.contains(where: \.isSymmetric) {
      report(secret, "no algorithm uses it", "HS256, HS384 or HS512 in algorithms")
    }
    for key in publicKeys where algorithms.allSatisfy(\.isSymmetric) {
      report(key, "no algorithm uses it", "RS256 or another public key algorithm in algorithms")
    }
  }
}

extension SigningAlgorithm {
  /// Whether it signs with the secret that it verifies with.
  fileprivate var isSymmetric: Bool {
    switch self {
    case .hs256, .hs384, .hs512: true
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .es256, .es384, .edDSA: false
    }
  }
}
