/// Builds the tree of a YAML text, and reports what a configuration does without.
///
/// Refused are: anchors and aliases (with them a small text can mean a huge tree), more than one
/// document, tags but YAML's own, a key that is not a text or is given twice, and deep nesting.
/// The tree so never has more nodes than the text has characters, and no more levels than
/// `depthMax`.
struct YAMLTreeBuilder {
  /// Levels of lists and mappings; the configuration needs 4.
  static let depthMax = 16

  /// Reading on makes no sense; why has been reported.
  private struct Stop: Error {}

  private let events: YAMLEvents
  private let reading: Reading
  private var depth = 0

  private init(_ bytes: [UInt8], reading: Reading) {
    events = YAMLEvents(bytes)
    self.reading = reading
  }

  /// The file's one document, `isNothing` if the file is empty; nil if it cannot be read, which
  /// `reading` then says.
  static func build(_ bytes: [UInt8], reading: Reading) -> YAMLNode? {
    var builder = YAMLTreeBuilder(bytes, reading: reading)
    do {
      return try builder.document()
    } catch {
      return nil
    }
  }

  private mutating func document() throws(Stop) -> YAMLNode {
    var root: YAMLNode?
    while true {
      let event = try next()
      switch event.kind {
      case .streamStart, .documentEnd:
        continue
      case .streamEnd:
        return root ?? YAMLNode(content: .scalar(text: "", isPlain: true), place: .start)
      case .documentStart where root != nil:
        throw stop(event.place, "a second document begins here; expected one document in the file")
      case .documentStart:
        root = try node(next())
      case .alias, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd:
        preconditionFailure("libyaml has nodes in documents only")
      }
    }
  }

  private mutating func node(_ event: YAMLEvent) throws(Stop) -> YAMLNode {
    if event.hasAnchor {
      reading.report(event.place, "anchors (&) are not supported; expected the value alone")
    }
    let content: YAMLNode.Content
    switch event.kind {
    case .scalar(let text, let isPlain):
      content = scalar(text, isPlain: isPlain, event)
    case .sequenceStart:
      content = accept(event, tags: ["seq"], .sequence(try nested(event.place, sequence)))
    case .mappingStart:
      content = accept(event, tags: ["map"], .mapping(try nested(event.place, mapping)))
    case .alias:
      reading.report(
        event.place, "aliases (*) are not supported; expected the value itself, or a text in quotes"
      )
      content = .refused
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      preconditionFailure("libyaml begins a node before it ends anything")
    }
    return YAMLNode(content: content, place: event.place)
  }

  private func scalar(_ text: String, isPlain: Bool, _ event: YAMLEvent) -> YAMLNode.Content {
    let tags = ["str", "int", "float", "bool", "null"]
    // A tag decides what quotes otherwise do: `!!str 443` is a text.
    let isText = event.tag.map { $0 == "!" || $0 == YAMLTreeBuilder.tagPrefix + "str" }
    return accept(event, tags: tags, .scalar(text: text, isPlain: isText.map { !$0 } ?? isPlain))
  }

  private func accept(
    _ event: YAMLEvent, tags: [String], _ content: YAMLNode.Content
  ) -> YAMLNode.Content {
    guard let tag = event.tag, tag != "!" else { return content }
    if tags.contains(where: { tag == YAMLTreeBuilder.tagPrefix + $0 }) { return content }
    reading.report(event.place, "the tag \(quoted(tag)) does not fit; expected a value without one")
    return .refused
  }

  private static let tagPrefix = "tag:yaml.org,2002:"

  private mutating func nested<Value>(
    _ place: ConfigurationPlace, _ body: (inout Self) throws(Stop) -> Value
  ) throws(Stop) -> Value {
    guard depth < YAMLTreeBuilder.depthMax else {
      throw stop(place, "nested too deeply; expected at most \(YAMLTreeBuilder.depthMax) levels")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private func sequence(_ builder: inout Self) throws(Stop) -> [YAMLNode] {
    var nodes: [YAMLNode] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind { return nodes }
      nodes.append(try builder.node(event))
    }
  }

  private func mapping(_ builder: inout Self) throws(Stop) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { return entries }
      let key = try builder.node(event)
      let value = try builder.node(next())
      switch key.content {
      case .scalar(let text, _):
        if let line = lines[text] {
          reading.report(
            key.place, "the key \(quoted(text)) is given twice; expected it only on line \(line)")
        } else {
          lines[text] = key.place.line
          entries.append(YAMLEntry(key: text, keyPlace: key.place, value: value))
        }
      case .sequence, .mapping:
        reading.report(key.place, "\(key.noun) is given as a key; expected a name")
      case .refused:
        continue
      }
    }
  }

  private func next() throws(Stop) -> YAMLEvent {
    do {
      return try events.next()
    } catch {
      throw stop(error.place, "this is not YAML: \(error.reason)")
    }
  }

  private func stop(_ place: ConfigurationPlace, _ message: String) -> Stop {
    reading.report(place, message)
    return Stop()
  }
}
