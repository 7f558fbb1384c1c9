/// Writes values in other ways.
struct JSONRespelling {
  private let input: [UInt8]

  init(_ input: [UInt8]) {
    self.input = input
  }

  /// The same value: members in another order, all characters escaped, zeros behind fractions,
  /// white space.
  func respelt(_ value: ReferenceJSON) -> [UInt8] {
    switch value.content {
    case .literal:
      return Array(input[value.range])
    case .number:
      return respeltNumber(Array(input[value.range]))
    case .string(let bytes):
      return JSONRespelling.escaped(bytes)
    case .array(let elements):
      return JSONRespelling.list("[ ", elements.map(respelt), " , ", "]")
    case .object(let members):
      // The last of a name counts, so the order matters where there are several.
      let ordered = value.hasDuplicateNames ? members : members.reversed()
      let written = ordered.map { member in
        JSONRespelling.escaped(member.name) + Array("\t:\n".utf8) + respelt(member.value)
      }
      return JSONRespelling.list("{ ", written, "\r, ", "}")
    }
  }

  /// Another value; nil where none comes to mind.
  func changed(_ value: ReferenceJSON) -> [UInt8]? {
    switch value.content {
    case .literal:
      return Array("0".utf8)
    case .number:
      let digits = input[value.range].prefix { $0 | 0x20 != UInt8(ascii: "e") }
      let isZero = !digits.contains { (0x31...0x39).contains($0) }
      return Array((isZero ? "1e-400" : "-0").utf8)
    case .string(let bytes):
      return JSONRespelling.escaped(bytes + [UInt8(ascii: "x")])
    case .array(let elements):
      guard let last = elements.last, let other = changed(last) else { return nil }
      return JSONRespelling.list("[", elements.dropLast().map(respelt) + [other], ",", "]")
    case .object(let members):
      guard let last = members.last, let other = changed(last.value) else { return nil }
      var object = Array(input[value.range].dropLast())
      object += Array(",".utf8) + JSONRespelling.escaped(last.name) + Array(":".utf8)
      return object + other + Array("}".utf8)
    }
  }

  private func respeltNumber(_ text: [UInt8]) -> [UInt8] {
    let end = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.count
    let zeros = text.contains(UInt8(ascii: ".")) ? "00" : ".0"
    return Array(text[..<end]) + Array(zeros.utf8) + Array(text[end...])
  }

  private static func list(
    _ opening: String, _ elements: [[UInt8]], _ separator: String, _ closing: String
  ) -> [UInt8] {
    var list = Array(opening.utf8)
    for (index, element) in elements.enumerated() {
      if index > 0 { list += separator.utf8 }
      list += element
    }
    return list + Array(closing.utf8)
  }

  /// The string of these characters, all of them escaped.
  private static func escaped(_ characters: [UInt8]) -> [UInt8] {
    let escapes = String(decoding: characters, as: UTF8.self).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
    return Array("\"\(escapes.joined())\"".utf8)
  }
}
