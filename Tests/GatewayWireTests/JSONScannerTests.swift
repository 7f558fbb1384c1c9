import GatewayTypes
import GatewayWire
import Testing

/// RFC 8259, as the scanner reads it.
@Suite struct JSONScannerTests {
  private static let values: [String] = [
    "null", "true", "false", "0", "-0", "10", "-1.5", "1e3", "1E+3", "1.25e-30", "1e9999",
    "123456789012345678901234567890", #""""#, #""a""#, #""\"\\\/\b\f\n\r\t\u00e9""#,
    #""\ud83d\ude00""#, "\"é€😀\u{2028}\u{7f}\"", "[]", "[ ]", "{}", "{ }", "[1,[2,[]],{}]",
    #"{"a":1,"a":2}"#, #"{"a" : [ 1 , 2 ] , "" : null}"#,
  ]

  private static let notValues: [(String, why: String)] = [
    ("", "empty"), (" ", "white space only"), ("nul", "cut literal"), ("nulll", "long literal"),
    ("Null", "capital"), ("01", "leading zero"), ("-", "no digits"), ("-01", "leading zero"),
    ("+1", "plus"), (".5", "no integer part"), ("1.", "no fraction"), ("1.e1", "no fraction"),
    ("1e", "no exponent"), ("1e+", "no exponent"), ("0x10", "hexadecimal"), ("NaN", "NaN"),
    ("-Infinity", "infinity"), ("1 2", "two values"), ("[1]]", "one bracket too many"),
    ("[1", "open array"), ("[1,", "open array"), ("[,1]", "comma first"), ("[1,]", "comma last"),
    ("[1 2]", "no comma"), ("[1}", "wrong bracket"), ("{1:2}", "name is a number"),
    (#"{"a"}"#, "no value"), (#"{"a":}"#, "no value"), (#"{"a" 1}"#, "no colon"),
    (#"{"a":1,}"#, "comma last"), (#"{,"a":1}"#, "comma first"), (#"{"a":1"#, "open object"),
    (#"{"a":1]"#, "wrong bracket"), (#"{a:1}"#, "bare name"), ("'a'", "single quotes"),
    (#"""#, "open string"), (#""a"#, "open string"), (#""\"#, "open escape"),
    (#""\x41""#, "unknown escape"), (#""\u12g4""#, "not hexadecimal"), (#""\u123"#, "cut escape"),
    ("\"\n\"", "line feed in a string"), ("\"\u{0}\"", "NUL in a string"),
    ("\"\u{1f}\"", "control character in a string"), ("\u{feff}1", "byte order mark"),
    ("1\u{0}", "NUL behind"), ("\u{a0}1", "no-break space"), ("// a\n1", "comment"),
    ("\u{0b}1", "vertical tab"),
  ]

  @Test(arguments: values)
  func `a text that is one value of RFC 8259 is valid in both dialects`(text: String) {
    #expect(isValid(text, .rfc8259), "\(text)")
    #expect(isValid(text, .jansson), "\(text)")
  }

  @Test(arguments: notValues)
  func `a text that is not one value is refused in both dialects`(text: String, why: String) {
    #expect(!isValid(text, .rfc8259), "\(why): \(text)")
    #expect(!isValid(text, .jansson), "\(why): \(text)")
  }

  @Test(arguments: [
    #"{"\u0000":1}"#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800x""#,
  ])
  func `NUL in a name and half surrogate pairs may be escaped in RFC 8259 and not for jansson`(
    text: String
  ) {
    #expect(isValid(text, .rfc8259), "\(text)")
    #expect(!isValid(text, .jansson), "\(text)")
  }

  @Test(arguments: 0..<20)
  func `each byte is judged wherever in a long string it stands`(position: Int) {
    var text = Array("\"01234567890123456789\"".utf8)
    for byte in UInt8.min...UInt8.max {
      text[1 + position] = byte
      let isPlain = (0x20..<0x80).contains(byte) && byte != 0x22 && byte != 0x5c
      #expect(valid(text, .rfc8259) == isPlain, "\(byte)")
    }
  }

  private static let notUTF8: [(bytes: [UInt8], why: String)] = [
    ([0x80], "continuation byte alone"), ([0xc0, 0x80], "overlong NUL"),
    ([0xc1, 0xbf], "overlong"), ([0xe0, 0x9f, 0xbf], "overlong"),
    ([0xf0, 0x8f, 0xbf, 0xbf], "overlong"), ([0xed, 0xa0, 0x80], "surrogate"),
    ([0xed, 0xbf, 0xbf], "surrogate"), ([0xf4, 0x90, 0x80, 0x80], "over U+10FFFF"),
    ([0xf5, 0x80, 0x80, 0x80], "no such first byte"), ([0xff], "no such first byte"),
    ([0xc3], "cut after one of two"), ([0xe2, 0x82], "cut after two of three"),
    ([0xf0, 0x9f, 0x98], "cut after three of four"), ([0xc3, 0x41], "no continuation"),
  ]

  @Test(arguments: notUTF8)
  func `a string that is not UTF-8 is refused`(bytes: [UInt8], why: String) {
    let quote = UInt8(ascii: "\"")
    #expect(!valid([quote] + bytes + [quote], .rfc8259), "\(why)")
    #expect(!valid([quote] + bytes, .rfc8259), "\(why), at the end")
  }

  @Test(
    arguments: [
      [0xc2, 0x80], [0xdf, 0xbf], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80],
      [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
    ] as [[UInt8]])
  func `the first and last characters of each length are UTF-8`(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(valid([quote] + bytes + [quote], .rfc8259))
  }

  @Test func `a value may be 2048 deep, a scalar counting as a level`() {
    for (depth, inner, expected) in [
      (2048, "", true), (2049, "", false), (2047, "1", true), (2048, "1", false),
    ] {
      let arrays =
        String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
      #expect(isValid(arrays, .rfc8259) == expected, "\(depth) arrays around \(inner)")
      #expect(readByJansson(utf8(arrays)) == expected, "\(depth) arrays around \(inner)")
    }
    let objects =
      String(repeating: #"{"a":"#, count: 2047) + "1" + String(repeating: "}", count: 2047)
    #expect(isValid(objects, .rfc8259))
    #expect(!isValid(#"{"a":"# + objects + "}", .rfc8259))
  }

  @Test func `the error says where the text stopped being JSON`() {
    #expect(throws: JSONScannerError(position: 4)) { try JSONText(scanning: utf8("[1, ]")) }
    #expect(throws: JSONScannerError(position: 2)) { try JSONText(scanning: utf8("1 2")) }
    #expect(throws: JSONScannerError(position: 0)) { try JSONText(scanning: []) }
  }

  @Test func `a value is kept byte for byte without the white space around it`() throws {
    let text = utf8(" \r\n\t{ \"b\" : 1.0 ,\n\"a\":\"\\u0041\" } \n")
    #expect(try JSONText(scanning: text).bytes == utf8("{ \"b\" : 1.0 ,\n\"a\":\"\\u0041\" }"))
    #expect(try JSONText(scanning: utf8("1")).bytes == utf8("1"))
  }

  private func isValid(_ text: String, _ dialect: JSONDialect) -> Bool {
    valid(utf8(text), dialect)
  }
}

/// Whether the scanner takes `bytes` for one JSON value.
func valid(_ bytes: [UInt8], _ dialect: JSONDialect) -> Bool {
  bytes.withUnsafeBytes { bytes in
    do {
      _ = try JSONSlice(wholeText: bytes, dialect: dialect)
      return true
    } catch {
      return false
    }
  }
}

/// Whether jansson takes `bytes` for one JSON value.
func readByJansson(_ bytes: [UInt8]) -> Bool {
  do {
    _ = try JSONDocument(bytes)
    return true
  } catch {
    return false
  }
}
