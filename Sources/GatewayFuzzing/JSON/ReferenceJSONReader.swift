/// Descends into a text.
struct ReferenceJSONReader {
  private let text: [UInt8]
  private var position = 0
  private(set) var (hasHalfPair, hasNULInName) = (false, false)
  private(set) var (hasDuplicates, hasHugeNumber) = (false, false)

  init(_ text: [UInt8]) {
    self.text = text
  }

  var isAtEnd: Bool { position == text.count }

  private var next: UInt8? { isAtEnd ? nil : text[position] }

  private mutating func take(_ expected: String) -> Bool {
    guard text[position...].starts(with: expected.utf8) else { return false }
    position += expected.utf8.count
    return true
  }

  private mutating func skipWhiteSpace() {
    while take(" ") || take("\t") || take("\r") || take("\n") {}
  }

  /// A value in so many containers, and the white space around it.
  mutating func element(depth: Int) -> ReferenceJSON? {
    guard depth < 2048 else { return nil }
    skipWhiteSpace()
    let start = position
    guard let content = content(depth: depth) else { return nil }
    let range = start..<position
    skipWhiteSpace()
    return ReferenceJSON(content: content, range: range)
  }

  private mutating func content(depth: Int) -> ReferenceJSON.Content? {
    switch next {
    case UInt8(ascii: "{"): return members(depth: depth).map { .object($0) }
    case UInt8(ascii: "["): return elements(depth: depth).map { .array($0) }
    case UInt8(ascii: "\""): return string().map { .string($0) }
    default:
      if take("true") || take("false") || take("null") { return .literal }
      return number() ? .number : nil
    }
  }

  private mutating func members(depth: Int) -> [ReferenceJSON.Member]? {
    var members: [ReferenceJSON.Member] = []
    guard take("{") else { return nil }
    skipWhiteSpace()
    if take("}") { return [] }
    repeat {
      skipWhiteSpace()
      let start = position
      guard next == UInt8(ascii: "\""), let name = string() else { return nil }
      let nameRange = start..<position
      skipWhiteSpace()
      guard take(":"), let value = element(depth: depth + 1) else { return nil }
      members.append(ReferenceJSON.Member(name: name, nameRange: nameRange, value: value))
    } while take(",")
    guard take("}") else { return nil }
    if Set(members.map(\.name)).count < members.count { hasDuplicates = true }
    if members.contains(where: { $0.name.contains(0) }) { hasNULInName = true }
    return members
  }

  private mutating func elements(depth: Int) -> [ReferenceJSON]? {
    var elements: [ReferenceJSON] = []
    guard take("[") else { return nil }
    skipWhiteSpace()
    if take("]") { return [] }
    repeat {
      guard let element = element(depth: depth + 1) else { return nil }
      elements.append(element)
    } while take(",")
    return take("]") ? elements : nil
  }

  private mutating func number() -> Bool {
    let start = position
    _ = take("-")
    guard take("0") || digits() else { return false }
    if take("."), !digits() { return false }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      guard digits() else { return false }
    }
    let value = Double(String(decoding: text[start..<position], as: UTF8.self))
    if value?.isInfinite ?? true { hasHugeNumber = true }
    return true
  }

  private mutating func digits() -> Bool {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    return position > start
  }

  private mutating func string() -> [UInt8]? {
    var bytes: [UInt8] = []
    // What a row of escapes stands for, in UTF-16.
    var units: [UInt16] = []
    position += 1
    while let byte = next, byte != UInt8(ascii: "\"") {
      position += 1
      if byte == UInt8(ascii: "\\") {
        guard let unit = escape() else { return nil }
        units.append(unit)
      } else {
        guard byte >= 0x20 else { return nil }
        append(&units, to: &bytes)
        bytes.append(byte)
      }
    }
    append(&units, to: &bytes)
    return take("\"") ? bytes : nil
  }

  /// What stands behind a backslash.
  private mutating func escape() -> UInt16? {
    let letters: [(String, UInt16)] = [
      ("\"", 0x22), ("\\", 0x5c), ("/", 0x2f), ("b", 8), ("f", 12), ("n", 10), ("r", 13), ("t", 9),
    ]
    for (letter, unit) in letters where take(letter) { return unit }
    guard take("u"), position + 4 <= text.count else { return nil }
    let digits = text[position..<(position + 4)]
    guard digits.allSatisfy("0123456789abcdefABCDEF".utf8.contains) else { return nil }
    position += 4
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// Moves UTF-16 over as UTF-8, and notes halves of surrogate pairs.
  private mutating func append(_ units: inout [UInt16], to bytes: inout [UInt8]) {
    var rest = units[...]
    units = []
    while let unit = rest.popFirst() {
      if UTF16.isLeadSurrogate(unit), let second = rest.first, UTF16.isTrailSurrogate(second) {
        rest.removeFirst()
        bytes += String(decoding: [unit, second], as: UTF16.self).utf8
      } else if UTF16.isSurrogate(unit) {
        hasHalfPair = true
        bytes += [
          0xe0 | UInt8(unit >> 12), 0x80 | UInt8(unit >> 6 & 0x3f), 0x80 | UInt8(unit & 0x3f),
        ]
      } else {
        bytes += String(decoding: [unit], as: UTF16.self).utf8
      }
    }
  }
}
