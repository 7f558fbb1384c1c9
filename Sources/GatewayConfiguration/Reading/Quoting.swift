/// `text` in quotes, fit for one line of a log: control characters escaped, not too long, and
/// without the user and password of a URL.
///
/// A path is shown whole: which file is meant is often said at its end.
func quoted(_ text: String) -> String {
  let lengthMax = text.hasPrefix("/") ? 4096 : 60
  var quoted = "\""
  let shown = withoutPassword(text)
  for character in shown.unicodeScalars.prefix(lengthMax) {
    switch character {
    case "\"", "\\": quoted += "\\\(character)"
    case _ where character.properties.generalCategory == .control,
      _ where character.properties.generalCategory == .lineSeparator,
      _ where character.properties.generalCategory == .paragraphSeparator,
      _ where character.properties.generalCategory == .format:
      quoted += "\\u{\(String(character.value, radix: 16))}"
    default: quoted.unicodeScalars.append(character)
    }
  }
  return quoted + (shown.unicodeScalars.count > lengthMax ? "…\"" : "\"")
}

/// `http://…@host` for `http://user:password@host`.
private func withoutPassword(_ text: String) -> String {
  guard let at = text.lastIndex(of: "@"), let colon = text.firstIndex(of: ":"), colon < at,
    text[colon...].hasPrefix("://")
  else { return text }
  return text[...colon] + "//…" + text[at...]
}

/// `a`, `a or b`, `a, b or c`.
func alternatives(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " or " + last
}
