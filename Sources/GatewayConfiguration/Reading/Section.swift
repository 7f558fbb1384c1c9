/// One mapping of the file while it is read.
///
/// A key is read by naming it, its format and where its value goes; what has been read by name is
/// what the section knows, and the rest of it is reported as unknown at the end. A value that is
/// absent or wrong leaves the default in place. Values are read in `Section+Values.swift`, sections
/// in it in `Section+Sections.swift`.
struct Section {
  let reading: Reading
  /// Where it stands in the file: `listen[0].tls`; empty for the whole file.
  let path: String
  /// What is missing in it is reported here.
  let place: ConfigurationPlace
  /// In the order of the file.
  private let entries: [YAMLEntry]
  private let indices: [String: Int]
  private var knownKeys: [String] = []

  init(_ entries: [YAMLEntry], path: String, place: ConfigurationPlace, reading: Reading) {
    self.entries = entries
    indices = Dictionary(entries.indices.map { (entries[$0].key, $0) }) { first, _ in first }
    self.path = path
    self.place = place
    self.reading = reading
  }

  /// Whether the file has the key, right or wrong.
  func has(_ key: String) -> Bool {
    indices[key] != nil
  }

  /// Reports that the value of `key`, which the file has, does not go together with another.
  func refuse(_ key: String, _ message: String) {
    reading.report(given(key)?.value.place ?? place, "\(name(of: key)): \(message)")
  }

  /// The entry of a key that is known from now on; nil when the file does not have it.
  mutating func entry(_ key: String) -> YAMLEntry? {
    know(key)
    guard let entry = given(key) else { return nil }
    reading.places[name(of: key)] = entry.value.place
    return entry
  }

  /// The file may have the key.
  mutating func know(_ key: String) {
    knownKeys.append(key)
  }

  func given(_ key: String) -> YAMLEntry? {
    indices[key].map { entries[$0] }
  }

  /// Reports what nothing was read of. Behind the reading of all keys.
  func reportUnknownKeys() {
    reading.catalogue.add(path, knownKeys)
    let known = Set(knownKeys)
    for entry in entries where !known.contains(entry.key) {
      let unknown = UnknownKey(key: entry.key, path: path, knownKeys: knownKeys)
      reading.report(
        entry.keyPlace,
        "\(name(of: entry.key, isShown: true)): unknown key; "
          + unknown.advice(ConfigurationReader.catalogue))
    }
  }

  func name(of key: String) -> String {
    name(of: key, isShown: false)
  }

  private func name(of key: String, isShown: Bool) -> String {
    // A key that is not known can be anything; one that is known is a plain word.
    let isWord = key.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") }
    let key = isShown && !isWord ? quoted(key) : key
    return path.isEmpty ? key : "\(path).\(key)"
  }
}
