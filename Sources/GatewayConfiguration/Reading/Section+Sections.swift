extension Section {
  /// Reads the whole file.
  static func readRoot(_ node: YAMLNode, reading: Reading, _ body: (inout Section) -> Void) {
    read(node, path: "", fallback: .start, reading: reading, body)
  }

  /// Reads a mapping in this one. It is read even if it is absent, as one without keys, so that
  /// what is required in it is missed.
  mutating func section(_ key: String, _ body: (inout Section) -> Void) {
    let entry = entry(key)
    let node = entry?.value ?? YAMLNode(content: .mapping([]), place: place)
    reading.effective.enter(key)
    Section.read(
      node, path: name(of: key), fallback: entry?.keyPlace ?? place, reading: reading, body)
    reading.effective.leave()
  }

  /// Reads a mapping that may be left out altogether.
  mutating func optionalSection(_ key: String, _ body: (inout Section) -> Void) {
    if has(key) {
      section(key, body)
    } else {
      know(key)
      reading.effective.addNothing(key)
    }
  }

  /// Reads a list of mappings; `body` is called for each of them. An absent one is read as one
  /// without keys, alone in the list: so the defaults of its keys are those of the list.
  mutating func sections(
    _ key: String, count: ClosedRange<Int>, of what: String, _ body: (inout Section) -> Void
  ) {
    let isGiven = has(key)
    var nodes = list(key, count: count, of: what) ?? []
    if !isGiven { nodes = [YAMLNode(content: .mapping([]), place: place)] }
    reading.effective.enter(key)
    for (index, node) in nodes.enumerated() {
      let name = "\(name(of: key))[\(index)]"
      if isGiven { reading.places[name] = node.place }
      reading.effective.enterEntry()
      Section.read(node, path: name, fallback: node.place, reading: reading, body)
      reading.effective.leave()
    }
    reading.effective.leave()
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
}
