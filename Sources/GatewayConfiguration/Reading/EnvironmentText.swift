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

  /// By bytes, and put together at the end: to add to a text of this struct copies it, which a
  /// value of many dollars would make long.
  init(_ written: String, environment: (String) -> String?) {
    var bytes: [UInt8] = []
    var rest = Array(written.utf8)[...]
    while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
      bytes += rest[..<dollar]
      rest = rest[dollar...]
      if rest.starts(with: "$${".utf8) {
        bytes += "${".utf8
        rest = rest.dropFirst(3)
      } else if rest.starts(with: "${".utf8) {
        rest = rest.dropFirst(2)
        bytes += replacement(of: &rest, environment).utf8
      } else {
        bytes.append(UInt8(ascii: "$"))
        rest = rest.dropFirst()
      }
    }
    bytes += rest
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// What stands for `NAME}`, which is taken off `rest`.
  private mutating func replacement(
    of rest: inout ArraySlice<UInt8>, _ environment: (String) -> String?
  ) -> String {
    guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
      problems.append("a ${ is not closed; expected ${NAME}, or $${ for the characters ${")
      rest = []
      return ""
    }
    let name = String(decoding: rest[..<end], as: UTF8.self)
    rest = rest[end...].dropFirst()
    guard EnvironmentText.isName(name) else {
      problems.append(
        "\(quoted(name)) in ${} cannot name an environment variable; expected letters, digits "
          + "and _, or $${ for the characters ${")
      return ""
    }
    guard let value = environment(name) else {
      problems.append(
        "the environment variable \(name) is not set; expected a value for ${\(name)}")
      return ""
    }
    isReplaced = true
    return value
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !first.isDigit else { return false }
    return name.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
  }
}
