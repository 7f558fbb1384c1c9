import GatewayTypes
import Testing

struct NoteIDTests {
  @Test(arguments: ["a", "Z", "0", "...", ".a", "a.", "-", "_", "~", "n_1.2~3-4"])
  func `a note's name has the unreserved characters of a URL`(text: String) throws {
    #expect(try NoteID(text).text == text)
  }

  private static let badNames: [(String, ResourceNameError)] = [
    ("", .empty),
    (".", .pathSegment),
    ("..", .pathSegment),
    ("a b", .forbiddenByte(0x20, at: 1)),
    ("/", .forbiddenByte(0x2f, at: 0)),
    ("%2e", .forbiddenByte(0x25, at: 0)),
    ("a\0", .forbiddenByte(0, at: 1)),
    ("a\r\n", .forbiddenByte(0x0d, at: 1)),
    ("é", .forbiddenByte(0xc3, at: 0)),
    ("e\u{301}", .forbiddenByte(0xcc, at: 1)),
    ("@", .forbiddenByte(0x40, at: 0)),
    ("[", .forbiddenByte(0x5b, at: 0)),
    ("`", .forbiddenByte(0x60, at: 0)),
    ("{", .forbiddenByte(0x7b, at: 0)),
    (":", .forbiddenByte(0x3a, at: 0)),
  ]

  @Test(arguments: badNames)
  func `nothing else is a note's name`(text: String, error: ResourceNameError) {
    #expect(throws: error) { try NoteID(text) }
  }

  @Test func `a note's name has at most 128 characters`() throws {
    let longest = String(repeating: "x", count: 128)
    #expect(try NoteID(longest).text == longest)
    #expect(throws: ResourceNameError.tooLong(size: 129)) { try NoteID(longest + "x") }
  }

  @Test func `a refusal says what is wrong and not what was sent`() {
    let all: [ResourceNameError] = [
      .empty, .tooLong(size: 500), .forbiddenByte(0x41, at: 7), .pathSegment,
    ]
    #expect(Set(all.map(\.description)).count == 4)
    #expect(!ResourceNameError.forbiddenByte(0x41, at: 7).description.contains("65"))
  }
}
