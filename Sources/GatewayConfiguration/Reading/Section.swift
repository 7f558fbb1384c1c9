/// One mapping of the file while it is read.
///
/// A key is read by naming it, its format and where its value goes; what has been read by name is
/// what the section knows, and the rest of it is reported as unknown at the end. A value that is
/// absent or wrong leaves the default in place.
struct Section {
  let reading: Reading
  /// Where it stands in the file: `listen[0].tls`; empty for the whole file.
  let path: String
  /// What is missing in it is reported here.
  let place: ConfigurationPlace
  private let entries: [String: YAMLEntry]
  private var knownKeys: [String] = []

  private init(_ entries: [YAMLEntry], path: String, place: ConfigurationPlace, reading: Reading) {
    self.entries = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
    self.path = path
    self.place = place
    self.reading = reading
  }

  /// Reads the whole file.
  static func readRoot(_ node: YAMLNode, reading: Reading, _ body: (inout Section) -> Void) {
    read(node, path: "", fallback: .start, reading: reading, body)
  }

  /// Reads `node` as a mapping, and reports what is left over. `fallback` is where a mapping
  /// without a key in it stands.
  private static func read(
    _ node: YAMLNode, path: String, fallback: ConfigurationPlace, reading: Reading,
    _ body: (inout Section) -> Void
  ) {
    var section: Section
    switch node.content {
    case .mapping(let entries):
      section = Section(entries, path: path, place: node.place, reading: reading)
    case .scalar where node.isNothing:
      section = Section([], path: path, place: fallback, reading: reading)
    case .scalar, .sequence:
      let name = path.isEmpty ? "the file" : path
      reading.report(node.place, "\(name): is \(node.noun); expected a mapping of keys to values")
      return
    case .refused:
      return
    }
    body(&section)
    section.reportUnknownKeys()
  }

  private func reportUnknownKeys() {
    let unknown = entries.values.filter { !knownKeys.contains($0.key) }
    for entry in unknown {
      let meant = suggestion(for: entry.key, among: knownKeys)
      let expected = "expected \(alternatives(knownKeys))"
      reading.report(
        entry.keyPlace,
        "\(name(of: entry.key, isShown: true)): unknown key; "
          + (meant.map { "did you mean \($0)?" } ?? expected))
    }
  }

  private func name(of key: String, isShown: Bool = false) -> String {
    // A key that is not known can be anything; one that is known is a plain word.
    let key = isShown && !key.utf8.allSatisfy({ $0.isLetter || $0 == 0x5F }) ? quoted(key) : key
    return path.isEmpty ? key : "\(path).\(key)"
  }
}

// MARK: - Single values

extension Section {
  /// Reads a key that may be left out.
  mutating func read<Value>(
    _ key: String, _ format: ValueFormat<Value>, into value: inout Value
  ) {
    guard let entry = entry(key) else { return }
    if let read = self.value(of: entry.value, format, name: name(of: key)) { value = read }
  }

  /// Reads a key that may be left out, and has no value then.
  mutating func read<Value>(
    _ key: String, _ format: ValueFormat<Value>, into value: inout Value?
  ) {
    guard let entry = entry(key) else { return }
    if let read = self.value(of: entry.value, format, name: name(of: key)) { value = read }
  }

  /// Reads a key that must be there, of a value that others leave out.
  mutating func readRequired<Value>(
    _ key: String, _ format: ValueFormat<Value>, into value: inout Value?
  ) {
    read(key, format, into: &value)
    reportMissing(key, format)
  }

  /// Reads a key that must be there.
  mutating func readRequired<Value>(
    _ key: String, _ format: ValueFormat<Value>, into value: inout Value
  ) {
    read(key, format, into: &value)
    reportMissing(key, format)
  }

  private func reportMissing<Value>(_ key: String, _ format: ValueFormat<Value>) {
    guard entries[key] == nil else { return }
    reading.report(place, "\(name(of: key)) is missing; expected \(format.expectation)")
  }

  /// Reads a list of values. `count` is how many it may have. Returns whether it is there and
  /// right.
  @discardableResult
  mutating func read<Value>(
    _ key: String, listOf format: ValueFormat<Value>, count: ClosedRange<Int>,
    into values: inout [Value]
  ) -> Bool {
    guard let nodes = list(key, count: count, of: format.expectation) else { return false }
    let read = nodes.enumerated().map { index, node in
      value(of: node, format, name: "\(name(of: key))[\(index)]")
    }
    let right = read.compactMap { $0 }
    guard right.count == read.count else { return false }
    values = right
    return true
  }

  /// Reads a list of mappings with one key each, both of which are values. How the key is read
  /// depends on what stands behind it. `take` is given those that are right.
  mutating func read<Name, Value>(
    _ key: String, pairsOf format: ValueFormat<Value>,
    named nameFormat: (Value) -> ValueFormat<Name>, count: ClosedRange<Int>, as what: String,
    _ take: (Name, Value) -> Void
  ) {
    for (index, node) in (list(key, count: count, of: what) ?? []).enumerated() {
      let name = "\(name(of: key))[\(index)]"
      guard case .mapping(let entries) = node.content, let entry = entries.first,
        entries.count == 1
      else {
        reading.report(node.place, "\(name): is not one key and its value; expected \(what)")
        continue
      }
      let keyNode = YAMLNode(
        content: .scalar(text: entry.key, isPlain: false), place: entry.keyPlace)
      guard let right = value(of: entry.value, format, name: name),
        let rightName = value(of: keyNode, nameFormat(right), name: name)
      else { continue }
      take(rightName, right)
    }
  }

  /// Whether the file has the key, right or wrong.
  func has(_ key: String) -> Bool {
    entries[key] != nil
  }

  /// Reports that the value of `key`, which the file has, does not go together with another.
  func refuse(_ key: String, _ message: String) {
    reading.report(entries[key]?.value.place ?? place, "\(name(of: key)): \(message)")
  }

  private mutating func entry(_ key: String) -> YAMLEntry? {
    knownKeys.append(key)
    guard let entry = entries[key] else { return nil }
    reading.places[name(of: key)] = entry.value.place
    return entry
  }

  private func value<Value>(
    of node: YAMLNode, _ format: ValueFormat<Value>, name: String
  ) -> Value? {
    func refuse(_ what: String) {
      reading.report(node.place, "\(name): \(what); expected \(format.expectation)")
    }
    reading.places[name] = node.place
    switch node.content {
    case .refused:
      return nil
    case .sequence, .mapping:
      refuse("is \(node.noun)")
    case .scalar(let written, isPlain: true) where Section.nulls.contains(written):
      refuse("has no value")
    case .scalar(let written, let isPlain):
      let text = EnvironmentText(written, environment: reading.environment)
      for problem in text.problems { reading.report(node.place, "\(name): \(problem)") }
      guard text.problems.isEmpty else { return nil }
      let shown = quoted(written) + (text.isReplaced ? ", filled from the environment," : "")
      guard isPlain || text.isReplaced || !format.isPlainOnly else {
        refuse("\(shown) is a text because of its quotes")
        return nil
      }
      do {
        return try format.parse(text.text)
      } catch {
        refuse("\(shown) \(error.reason)")
      }
    }
    return nil
  }

  /// What YAML takes for no value when it stands without quotes.
  private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
}

// MARK: - Sections

extension Section {
  /// Reads a mapping in this one. It is read even if it is absent, as one without keys, so that
  /// what is required in it is missed.
  mutating func section(_ key: String, _ body: (inout Section) -> Void) {
    let entry = entry(key)
    let node = entry?.value ?? YAMLNode(content: .mapping([]), place: place)
    Section.read(
      node, path: name(of: key), fallback: entry?.keyPlace ?? place, reading: reading, body)
  }

  /// Reads a mapping that may be left out altogether.
  mutating func optionalSection(_ key: String, _ body: (inout Section) -> Void) {
    if has(key) {
      section(key, body)
    } else {
      knownKeys.append(key)
    }
  }

  /// Reads a list of mappings; `body` is called for each of them.
  mutating func sections(
    _ key: String, count: ClosedRange<Int>, of what: String, _ body: (inout Section) -> Void
  ) {
    guard let nodes = list(key, count: count, of: what) else { return }
    for (index, node) in nodes.enumerated() {
      let name = "\(name(of: key))[\(index)]"
      reading.places[name] = node.place
      Section.read(node, path: name, fallback: node.place, reading: reading, body)
    }
  }

  /// The nodes of a list of the right length; nil if it is absent or wrong.
  private mutating func list(_ key: String, count: ClosedRange<Int>, of what: String) -> [YAMLNode]?
  {
    guard let entry = entry(key) else { return nil }
    let expected = "expected a list of \(count.lowerBound) to \(count.upperBound), each \(what)"
    switch entry.value.content {
    case .refused:
      return nil
    case .scalar, .mapping:
      let noun = entry.value.isNothing ? "has no value" : "is \(entry.value.noun)"
      refuse(key, "\(noun); \(expected)")
      return nil
    case .sequence(let nodes):
      guard count.contains(nodes.count) else {
        refuse(key, "the list has \(nodes.count) entries; \(expected)")
        return nil
      }
      return nodes
    }
  }
}
