/// A value of the file, and how it is written where nothing but the file's place changes.
struct ReadValue<Value> {
  let value: Value
  /// YAML.
  let text: String
  let isFromEnvironment: Bool
}

// MARK: - Single values

extension Section {
  /// Reads a key that may be left out.
  mutating func read<Value>(
    _ key: String, _ format: ValueFormat<Value>, into value: inout Value
  ) {
    let (entry, read) = read(key, format)
    if let read { value = read.value }
    reading.effective.add(
      key, read?.text ?? format.yaml(value), origin(of: entry, read?.isFromEnvironment))
  }

  /// Reads a key that may be left out, and has no value then.
  mutating func read<Value>(
    _ key: String, _ format: ValueFormat<Value>, into value: inout Value?
  ) {
    let (entry, read) = read(key, format)
    guard let read else { return reading.effective.addNothing(key) }
    value = read.value
    reading.effective.add(key, read.text, origin(of: entry, read.isFromEnvironment))
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

  /// Reports a key that the file must not have here.
  mutating func forbid(_ key: String, _ message: String) {
    if entry(key) != nil { refuse(key, message) }
  }

  private func reportMissing<Value>(_ key: String, _ format: ValueFormat<Value>) {
    guard !has(key) else { return }
    reading.report(place, "\(name(of: key)) is missing; expected \(format.expectation)")
  }

  private mutating func read<Value>(
    _ key: String, _ format: ValueFormat<Value>
  ) -> (entry: YAMLEntry?, read: ReadValue<Value>?) {
    let entry = entry(key)
    return (entry, entry.flatMap { value(of: $0.value, format, name: name(of: key)) })
  }

  private func origin(of entry: YAMLEntry?, _ isFromEnvironment: Bool?) -> EffectiveText.Origin {
    guard entry != nil else { return .standard }
    return isFromEnvironment == true ? .environment : .file
  }

  private func value<Value>(
    of node: YAMLNode, _ format: ValueFormat<Value>, name: String
  ) -> ReadValue<Value>? {
    func refuse(_ what: @autoclosure () -> String) {
      reading.report(node.place, "\(name): \(what()); expected \(format.expectation)")
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
      let source = text.isReplaced ? ", filled from the environment," : ""
      guard isPlain || text.isReplaced || !format.isPlainOnly else {
        refuse("\(quoted(written))\(source) is a text because of its quotes")
        return nil
      }
      do {
        let value = try format.parse(text.text)
        let yaml =
          text.isReplaced
          ? yamlQuoted(format.anchor(written, text.text)) : format.yaml(value)
        return ReadValue(value: value, text: yaml, isFromEnvironment: text.isReplaced)
      } catch {
        refuse("\(quoted(written))\(source) \(error.reason)")
      }
    }
    return nil
  }

  /// What YAML takes for no value when it stands without quotes.
  private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
}

// MARK: - Lists

extension Section {
  /// Reads a list of values. `count` is how many it may have. Returns whether it is there and
  /// right.
  @discardableResult
  mutating func read<Value>(
    _ key: String, listOf format: ValueFormat<Value>, count: ClosedRange<Int>,
    into values: inout [Value]
  ) -> Bool {
    guard let nodes = list(key, count: count, of: format.expectation) else {
      reading.effective.add(key, listOf: values.map(format.yaml), .standard)
      return false
    }
    let read = nodes.enumerated().compactMap { index, node in
      value(of: node, format, name: "\(name(of: key))[\(index)]")
    }
    guard read.count == nodes.count else { return false }
    values = read.map(\.value)
    let isFromEnvironment = read.contains(where: \.isFromEnvironment)
    reading.effective.add(
      key, listOf: read.map(\.text), isFromEnvironment ? .environment : .file)
    return true
  }

  /// Reads a list of mappings with one key each, both of which are values. How the key is read
  /// depends on what stands behind it. `take` is given those that are right. There is none by
  /// default.
  mutating func read<Name, Value>(
    _ key: String, pairsOf format: ValueFormat<Value>,
    named nameFormat: (Value) -> ValueFormat<Name>, count: ClosedRange<Int>, as what: String,
    _ take: (Name, Value) -> Void
  ) {
    guard let nodes = list(key, count: count, of: what) else {
      reading.effective.add(key, pairs: [], .standard)
      return
    }
    var texts: [(String, String)] = []
    var isFromEnvironment = false
    for (index, node) in nodes.enumerated() {
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
        let rightName = value(of: keyNode, nameFormat(right.value), name: name)
      else { continue }
      texts.append((rightName.text, right.text))
      isFromEnvironment =
        isFromEnvironment || rightName.isFromEnvironment
        || right.isFromEnvironment
      take(rightName.value, right.value)
    }
    reading.effective.add(key, pairs: texts, isFromEnvironment ? .environment : .file)
  }

  /// The nodes of a list of the right length; nil if it is absent or wrong.
  mutating func list(_ key: String, count: ClosedRange<Int>, of what: String) -> [YAMLNode]? {
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
