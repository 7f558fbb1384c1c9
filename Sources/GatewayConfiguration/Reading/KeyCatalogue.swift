/// Every key that there is, by its section: it tells of a key in the wrong place where it belongs.
struct KeyCatalogue: Sendable {
  struct Section: Sendable {
    /// `upstream.service`, `listen[].tls`; empty for the whole file.
    let path: String
    let keys: [String]
  }

  private(set) var sections: [Section] = []

  /// A section at `path`, `listen[0].tls` for instance, knows `keys`.
  mutating func add(_ path: String, _ keys: [String]) {
    sections.append(Section(path: KeyCatalogue.general(path), keys: keys))
  }

  /// `path` for any entry of a list.
  static func general(_ path: String) -> String {
    var general = ""
    var isInBrackets = false
    for character in path {
      if character == "]" { isInBrackets = false }
      if !isInBrackets { general.append(character) }
      if character == "[" { isInBrackets = true }
    }
    return general
  }
}

/// A key that its section does not know, and what to say about it.
struct UnknownKey {
  /// Shorter ones are near to too many of all keys.
  private static let strayKeySizeMin = 6

  let key: String
  /// Of its section.
  let path: String
  /// What the section knows.
  let knownKeys: [String]

  /// What was probably meant, or what could stand there.
  func advice(_ catalogue: KeyCatalogue) -> String {
    if let meant = Suggestion.same(as: key, among: knownKeys) { return didYouMean(meant) }
    let homes = catalogue.sections.compactMap { section in
      Suggestion.same(as: key, among: section.keys).map { (key: $0, path: section.path) }
    }
    if let home = homes.first {
      return "\(home.key) belongs " + alternatives(homes.map { UnknownKey.place($0.path) })
    }
    if let meant = Suggestion.word(for: key, among: knownKeys) { return didYouMean(meant) }
    return stray(catalogue) ?? "expected \(alternatives(knownKeys))"
  }

  /// What is misspelt and in the wrong section, or named with its section.
  private func stray(_ catalogue: KeyCatalogue) -> String? {
    guard key.utf8.count >= UnknownKey.strayKeySizeMin else { return nil }
    for section in catalogue.sections {
      let paths = section.keys.map { "\(section.path).\($0)" }
      if let index = paths.firstIndex(of: key) {
        return "\(section.keys[index]) belongs \(UnknownKey.place(section.path))"
      }
    }
    for section in catalogue.sections {
      if let meant = Suggestion.similar(to: key, among: section.keys) {
        return "did you mean \(meant) \(UnknownKey.place(section.path))?"
      }
    }
    return nil
  }

  private func didYouMean(_ meant: String) -> String {
    "did you mean \(meant)?"
  }

  private static func place(_ path: String) -> String {
    path.isEmpty ? "at the top" : "under \(path)"
  }
}
