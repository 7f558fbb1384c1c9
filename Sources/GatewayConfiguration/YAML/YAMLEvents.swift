import CYAML

/// One step through a YAML text, with the place where it begins.
struct YAMLEvent {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias
    case scalar(text: String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
  }

  let kind: Kind
  let place: ConfigurationPlace
  /// `tag:yaml.org,2002:str` for `!!str`; nil where the text says nothing.
  let tag: String?
  /// Whether the node has a name (`&name`), or is an alias of one.
  let hasAnchor: Bool
}

/// Why a text is not YAML, in libyaml's words.
struct YAMLSyntaxError: Error {
  let place: ConfigurationPlace
  let reason: String
}

/// libyaml's parser, which takes a text apart into events. It owns a copy of the text.
final class YAMLEvents {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>
  /// Behind the last character: libyaml ends a last line that has no end, and is then in one that
  /// the file does not have.
  private let end: ConfigurationPlace

  init(_ bytes: [UInt8]) {
    // libyaml skips a byte order mark only where it may guess the encoding by it.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    text = .allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    end = YAMLEvents.place(behind: text[...])
    // On the heap: libyaml keeps the parser's own address in it.
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      preconditionFailure("libyaml only fails here without memory")
    }
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    // One encoding, so that a place in bytes can be told as one in characters.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// The next event. Not to be called again after `streamEnd` or an error.
  func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&event) }
    return copy(event)
  }

  private func syntaxError() -> YAMLSyntaxError {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
    // The mark is set by the scanner and the parser, the offset by what decodes for them.
    if state.error == YAML_READER_ERROR {
      return YAMLSyntaxError(
        place: YAMLEvents.place(behind: text.prefix(max(0, state.problem_offset))), reason: problem)
    }
    var reason = problem
    if let context = state.context {
      let context = String(cString: context)
      reason += " \(context) (line \(state.context_mark.line &+ 1))"
      if context == "while scanning an alias" {
        reason += "; expected quotes around a text that begins with *"
      }
    }
    return YAMLSyntaxError(place: place(state.problem_mark), reason: reason)
  }

  /// libyaml counts lines and characters from 0.
  private func place(_ mark: yaml_mark_t) -> ConfigurationPlace {
    min(end, ConfigurationPlace(line: mark.line &+ 1, column: mark.column &+ 1))
  }

  /// Counted as libyaml counts its marks, by characters and by what ends a line in YAML 1.1.
  private static func place(
    behind text: Slice<UnsafeMutableBufferPointer<UInt8>>
  ) -> ConfigurationPlace {
    var (line, column) = (1, 1)
    var isBehindCarriageReturn = false
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\n" where isBehindCarriageReturn: break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": (line, column) = (line + 1, 1)
      default: column += 1
      }
      isBehindCarriageReturn = scalar == "\r"
    }
    return ConfigurationPlace(line: line, column: column)
  }
}

extension YAMLEvents {
  /// The event as a value of ours: libyaml's memory is gone after it.
  private func copy(_ event: yaml_event_t) -> YAMLEvent {
    let place = place(event.start_mark)
    func plain(_ kind: YAMLEvent.Kind) -> YAMLEvent {
      YAMLEvent(kind: kind, place: place, tag: nil, hasAnchor: false)
    }
    func node(
      _ kind: YAMLEvent.Kind, _ tag: UnsafeMutablePointer<yaml_char_t>?,
      _ anchor: UnsafeMutablePointer<yaml_char_t>?
    ) -> YAMLEvent {
      YAMLEvent(
        kind: kind, place: place, tag: tag.map { String(cString: $0) }, hasAnchor: anchor != nil)
    }
    switch event.type {
    case YAML_STREAM_START_EVENT: return plain(.streamStart)
    case YAML_STREAM_END_EVENT: return plain(.streamEnd)
    case YAML_DOCUMENT_START_EVENT: return plain(.documentStart)
    case YAML_DOCUMENT_END_EVENT: return plain(.documentEnd)
    case YAML_SEQUENCE_END_EVENT: return plain(.sequenceEnd)
    case YAML_MAPPING_END_EVENT: return plain(.mappingEnd)
    case YAML_ALIAS_EVENT: return plain(.alias)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return node(.sequenceStart, start.tag, start.anchor)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return node(.mappingStart, start.tag, start.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      return node(.scalar(text: text, isPlain: isPlain), scalar.tag, scalar.anchor)
    default:
      preconditionFailure("libyaml has no other events")
    }
  }
}
