/// A value in the file: a text, a list of values, or a mapping of keys to values.
struct YAMLNode {
  enum Content {
    /// `isPlain`: without quotes, so that `443` may be a number.
    case scalar(text: String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
    /// Something that has been reported already, and about which no more is to be said.
    case refused
  }

  let content: Content
  let place: ConfigurationPlace

  /// Whether nothing was written, as behind a key whose own keys are all commented out.
  var isNothing: Bool {
    if case .scalar(text: "", isPlain: true) = content { true } else { false }
  }

  /// What it is, as an operator would call it.
  var noun: String {
    switch content {
    case .scalar: "a single value"
    case .sequence: "a list"
    case .mapping: "a mapping of keys"
    case .refused: "something refused"
    }
  }
}

/// A key of a mapping, and its value.
struct YAMLEntry {
  let key: String
  let keyPlace: ConfigurationPlace
  let value: YAMLNode
}
