/// The configuration in effect, as YAML: every key, with the default where the file has none.
///
/// It is put together while the file is read, one line for each key that is read by name, so that
/// none can be forgotten. Read again it gives the same configuration: what the environment has
/// filled in stands in it as it does in the file, as `${NAME}`, since it may be a secret, and paths
/// are absolute, so that it may lie elsewhere.
struct EffectiveText {
  /// Where a value comes from.
  enum Origin {
    case file
    case environment
    case standard

    /// What is said of it behind the value.
    fileprivate var comment: String {
      switch self {
      case .file: ""
      case .environment: "  # from the environment"
      case .standard: "  # default"
      }
    }
  }

  /// What fits into one line of an editor.
  private static let lineSizeMax = 100

  private(set) var text = ""
  private var indent = ""
  /// The next key is the first of an entry of a list.
  private var beginsEntry = false
  /// A section of the top has ended.
  private var isBehindSection = false

  /// A key and its value, which is YAML.
  mutating func add(_ key: String, _ value: String, _ origin: Origin) {
    line("\(key): \(value)\(origin.comment)")
  }

  /// A key that has neither a value nor a default.
  mutating func addNothing(_ key: String) {
    // A comment must not take the place of an entry's first key.
    text += "\(indent)# \(key): none\n"
  }

  /// A key and the list behind it.
  mutating func add(_ key: String, listOf values: [String], _ origin: Origin) {
    let list = "[\(values.joined(separator: ", "))]"
    if indent.utf8.count + key.utf8.count + list.utf8.count + 2 <= EffectiveText.lineSizeMax {
      add(key, list, origin)
    } else {
      line("\(key):\(origin.comment)")
      for value in values { text += "\(indent)  - \(value)\n" }
    }
  }

  /// A key and the pairs behind it.
  mutating func add(_ key: String, pairs: [(String, String)], _ origin: Origin) {
    guard !pairs.isEmpty else { return add(key, "[]", origin) }
    line("\(key):\(origin.comment)")
    for (name, value) in pairs { text += "\(indent)  - \(name): \(value)\n" }
  }

  /// What is added up to the matching `leave` stands in the section `key`.
  mutating func enter(_ key: String) {
    if indent.isEmpty, !text.isEmpty { isBehindSection = true }
    line("\(key):")
    indent += "  "
  }

  /// The same for an entry of a list that was entered.
  mutating func enterEntry() {
    beginsEntry = true
    indent += "  "
  }

  mutating func leave() {
    indent.removeLast(2)
    isBehindSection = indent.isEmpty
  }

  private mutating func line(_ content: String) {
    if isBehindSection { text += "\n" }
    isBehindSection = false
    text += beginsEntry ? "\(indent.dropLast(2))- \(content)\n" : "\(indent)\(content)\n"
    beginsEntry = false
  }
}

/// A value as it is written in YAML: alone where it is one plain word, otherwise in quotes.
/// `${` stands for itself.
func yamlValue(_ text: String, isPlain: Bool) -> String {
  let isWord = text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
  if isPlain || (isWord && !text.isEmpty && !wordsOfYAML.contains(text.lowercased())) {
    return text
  }
  return yamlQuoted(escapingVariables(text))
}

/// `text` in double quotes, in which `${NAME}` stands for a variable.
func yamlQuoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case " "..."~": quoted.unicodeScalars.append(scalar)
    case _ where scalar.properties.isAlphabetic: quoted.unicodeScalars.append(scalar)
    case _: quoted += "\\U" + hexadecimal(scalar.value, digitCount: 8)
    }
  }
  return quoted + "\""
}

/// `text` as it is written where it is not to be replaced from the environment.
func escapingVariables(_ text: String) -> String {
  let dollar = UInt8(ascii: "$")
  var bytes: [UInt8] = []
  var last: UInt8?
  for byte in text.utf8 {
    if last == dollar, byte == UInt8(ascii: "{") { bytes.append(dollar) }
    bytes.append(byte)
    last = byte
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func hexadecimal(_ number: UInt32, digitCount: Int) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
}

/// What YAML 1.1 takes for something else than a text.
private let wordsOfYAML: Set<String> = [
  "null", "true", "false", "yes", "no", "on", "off", "y", "n",
]
