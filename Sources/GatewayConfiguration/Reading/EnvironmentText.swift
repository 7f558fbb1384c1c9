/// A value's text once `${NAME}` is replaced from the environment.
///
/// It happens after the file has been parsed, and once: what a variable holds is text, never YAML,
/// and never another `${NAME}`. A `${` that is to stay is written `$${`; a `$` before anything else
/// is just a `$`. A name is letters, digits and `_`, and does not begin with a digit.
struct EnvironmentText {
  private(set) var text = ""
  /// Whether anything came from the environment: the value must not be shown then.
  private(set) var isReplaced = false
  /// What is wrong with it, and what was expected; `text` is of no use unless it is empty.
  private(set) var problems: [String] = []

  init(_ written: String, environment: (String) -> String?) {
    var rest = written.unicodeScalars[...]
    while let dollar = rest.firstIndex(of: "$") {
      text.unicodeScalars.append(contentsOf: rest[..<dollar])
      rest = rest[dollar...]
      if rest.starts(with: "$${".unicodeScalars) {
        text += "${"
        rest = rest.dropFirst(3)
      } else if rest.starts(with: "${".unicodeScalars) {
        rest = rest.dropFirst(2)
        replace(&rest, environment)
      } else {
        text += "$"
        rest = rest.dropFirst()
      }
    }
    text.unicodeScalars.append(contentsOf: rest)
  }

  /// Takes `NAME}` off `rest`.
  private mutating func replace(
    _ rest: inout Substring.UnicodeScalarView, _ environment: (String) -> String?
  ) {
    guard let end = rest.firstIndex(of: "}") else {
      problems.append("a ${ is not closed; expected ${NAME}, or $${ for the characters ${")
      rest = rest[rest.endIndex...]
      return
    }
    let name = String(rest[..<end])
    rest = rest[end...].dropFirst()
    guard EnvironmentText.isName(name) else {
      problems.append(
        "\(quoted(name)) in ${} cannot name an environment variable; expected letters, digits "
          + "and _, or $${ for the characters ${")
      return
    }
    guard let value = environment(name) else {
      problems.append(
        "the environment variable \(name) is not set; expected a value for ${\(name)}")
      return
    }
    text += value
    isReplaced = true
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !first.isDigit else { return false }
    return name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
  }
}
