import GatewayWire
import Testing

/// The scanner and jansson must agree on what is JSON: what one read is cut by the other.
@Suite struct JSONComparisonTests {
  private static let seeds: [String] = [
    #"{"type":"note_update","noteId":"n-1","changes":{"title":"\u00e9\ud83d\ude00","n":-1.5e+3}}"#,
    #"[0,-0,1.5,1e3,1E-3,true,false,null,"",{},[],{"a":[{"b":{}}]}]"#,
    "{ \"a\" : \"é€😀\" ,\r\n\t\"b\" : \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\" }",
    #"{"a":1,"b":2,"c":{"a":1,"b":[1,2,{"a":1}]}}"#,
    #""\ud83d\ude00 \udbff\udfff \u0001""#,
  ]
  private static let pieces: [[UInt8]] =
    [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\u0000", "\\ud83d", "\\ude00", "0", "1",
      "-", "+", ".", "e", "E", "true", "null", " ", "\t", "\n", "\u{0}", "\u{1f}", "é", "€", "😀",
      "\"a\":1,", "\"\\u0061\":", "/",
    ].map(utf8) + [
      [0x80], [0xbf], [0xc0], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90], [0xff],
    ]

  @Test func `a NUL byte is refused wherever it stands, also where jansson overlooks it`() {
    let text = utf8(#"[1,true,"a",{"b":2}]"#)
    for position in 0...text.count {
      var broken = text
      broken.insert(0, at: position)
      #expect(!readByJansson(broken), "jansson: \(readable(broken))")
      #expect(!valid(broken, .rfc8259), "scanner: \(readable(broken))")
    }
  }

  @Test func `scanner and jansson give the same verdict on mutated JSON`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededNumbers(seed: seed)
    var validCount = 0
    for round in 0..<60_000 {
      let text = mutated(using: &random)
      let isValid = valid(text, .jansson)
      validCount += isValid ? 1 : 0
      guard readByJansson(text) != isValid else { continue }
      #expect(
        isValid && mayHaveWhatOnlyJanssonRefuses(text),
        "seed \(seed), round \(round): \(readable(text))")
    }
    #expect(validCount > 1000, "seed \(seed): too few mutations stay valid to compare anything")
  }

  /// One of the seeds with one to four changes.
  private func mutated(using random: inout SeededNumbers) -> [UInt8] {
    var text = Array(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)].utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...text.count, using: &random)
      let end = min(text.count, start + Int.random(in: 0...3, using: &random))
      let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
      switch Int.random(in: 0..<4, using: &random) {
      case 0: text.removeSubrange(start..<end)
      case 1: text.insert(contentsOf: piece, at: start)
      case 2: text.replaceSubrange(start..<end, with: piece)
      default: text.insert(contentsOf: text[start..<end], at: start)
      }
    }
    return text
  }

  /// Whether `text`, which is JSON, may have duplicate members or numbers that no double holds.
  private func mayHaveWhatOnlyJanssonRefuses(_ text: [UInt8]) -> Bool {
    let separators = Set(utf8(",:[]{} \t\r\n"))
    let hasHugeNumber = text.split(whereSeparator: separators.contains).contains { piece in
      Double(String(decoding: piece, as: UTF8.self))?.isInfinite ?? false
    }
    let names = strings(in: text).filter(\.isName).map(\.decoded)
    return hasHugeNumber || Set(names).count < names.count
  }

  /// All strings of `text`, names of members included.
  private func strings(in text: [UInt8]) -> [(decoded: [UInt8], isName: Bool)] {
    var found: [(decoded: [UInt8], isName: Bool)] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "\"")) {
      var end = start + 1
      while text[end] != UInt8(ascii: "\"") {
        end += text[end] == UInt8(ascii: "\\") ? 2 : 1
      }
      rest = text[(end + 1)...]
      let decoded = text[start...end].withUnsafeBytes { bytes in
        do { return try JSONSlice(wholeText: bytes).decodedString ?? [] } catch { return [] }
      }
      let next = rest.first { !utf8(" \t\r\n").contains($0) }
      found.append((decoded, next == UInt8(ascii: ":")))
    }
    return found
  }
}
