import GatewayWire
import Testing

/// Cutting values out of JSON as they were written.
@Suite struct JSONSliceTests {
  @Test func `the members of an object come in order, byte for byte, duplicates included`() {
    let text = "{ \"a\" : [1, 2] ,\"\\u0062\":{\"a\" :0}, \"a\":\"x\\\"}\" }"
    #expect(
      members(of: text) == [
        "\"a\"=[1, 2]", "\"\\u0062\"={\"a\" :0}", "\"a\"=\"x\\\"}\"",
      ])
  }

  @Test(arguments: ["{}", "{ }", "[1,2]", "[]", "1", "\"{\"", "null"])
  func `an empty object and any other value have no members`(text: String) {
    #expect(members(of: text) == [])
  }

  private static let lookups: [(text: String, name: String, value: String?)] = [
    (#"{"id":1}"#, "id", "1"),
    (#"{"\u0069d":2}"#, "id", "2"),
    (#"{"\u0069\u0064" : [3 ] }"#, "id", "[3 ]"),
    (#"{"a":{"id":1}}"#, "id", nil),
    (#"{"ID":1}"#, "id", nil),
    (#"{"id ":1,"i":2,"idd":3}"#, "id", nil),
    (#"{"id":1,"id":2}"#, "id", "2"),
    (#"{"id":1,"\u0069d":2}"#, "id", "2"),
    (#"{"é":1}"#, "é", "1"),
    (#"{"\u00E9":1}"#, "é", "1"),
    (#"{"\ud83d\uDE00":1}"#, "😀", "1"),
    (#"{"\ud83d":1}"#, "\u{fffd}", nil),
    (#"{"\u0000":1}"#, "\u{0}", "1"),
    (#"{"\"\\\/\b\f\n\r\t":1}"#, "\"\\/\u{8}\u{c}\n\r\t", "1"),
    (#"{"":1}"#, "", "1"),
    (#"["id",1]"#, "id", nil),
  ]

  @Test(arguments: lookups)
  func `a member is found by its decoded name, the last of several`(
    text: String, name: String, value: String?
  ) throws {
    try utf8(text).withUnsafeBytes { bytes in
      let found = try JSONSlice(wholeText: bytes).member(named: name)
      #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == value, "\(text)")
    }
  }

  private static let strings: [(text: String, decoded: [UInt8]?)] = [
    (#""""#, []),
    (#""plain""#, utf8("plain")),
    (#""\u00e9\u20AC\ud83d\ude00\u0041""#, utf8("é€😀A")),
    (#""\ud83dx""#, [0xed, 0xa0, 0xbd, 0x78]),
    (#""\ud83d\u0041""#, [0xed, 0xa0, 0xbd, 0x41]),
    (#""\udc00\ud800""#, [0xed, 0xb0, 0x80, 0xed, 0xa0, 0x80]),
    ("1", nil), ("{}", nil), ("true", nil),
  ]

  @Test(arguments: strings)
  func `a string decodes to UTF-8, and half a surrogate pair to what is not`(
    text: String, decoded: [UInt8]?
  ) throws {
    try utf8(text).withUnsafeBytes { bytes in
      let slice = try JSONSlice(wholeText: bytes)
      #expect(slice.decodedString == decoded, "\(text)")
    }
  }

  private func members(of text: String) -> [String] {
    utf8(text).withUnsafeBytes { bytes in
      do {
        return try JSONSlice(wholeText: bytes).members.map {
          String(decoding: $0.name.bytes, as: UTF8.self) + "="
            + String(decoding: $0.value.bytes, as: UTF8.self)
        }
      } catch {
        return ["\(error)"]
      }
    }
  }
}
