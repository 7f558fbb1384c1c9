import GatewayTokens
import Testing

@Suite struct Base64URLTests {
  @Test(
    "bytes have the text of RFC 4648 section 10, without padding",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
      ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
  func vectors(_ bytes: String, _ text: String) {
    #expect(Base64URL.encode(bytes.utf8) == text)
    #expect(Base64URL.decode(Array(text.utf8)) == Array(bytes.utf8))
  }

  /// RFC 7515 appendix C.
  @Test func `the letters for 62 and 63 are minus and underscore`() {
    #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
    #expect(Base64URL.decode(Array("A-z_4ME".utf8)) == [3, 236, 255, 224, 193])
  }

  @Test(
    "a text that is not the one text of some bytes is refused",
    arguments: [
      ("A", "one letter"), ("AAAAA", "one letter behind four"),
      ("Zg==", "padding"), ("Zm8=", "padding"), ("Zg=", "half of the padding"),
      ("=", "padding alone"),
      ("A+z/", "plain base64"), ("Zm9v\n", "a line end"), (" Zm9", "a space"), ("Zm 9", "a space"),
      ("Zm9\u{0}", "NUL"), ("Zm9é", "not ASCII"), ("Zm.v", "a dot"),
      ("Zh", "left-over bits 0001"), ("Zv", "left-over bits 1111"), ("Zm9", "left-over bits 01"),
      ("@AAA", "the byte before A"), ("[AAA", "the byte behind Z"), ("`AAA", "the byte before a"),
      ("{AAA", "the byte behind z"), (":AAA", "the byte behind 9"),
    ])
  func refused(_ text: String, _ why: String) {
    #expect(Base64URL.decode(Array(text.utf8)) == nil, "\(why)")
  }

  @Test func `every byte comes back, at every place`() {
    for byte in UInt8.min...UInt8.max {
      for bytes in [[byte], [1, byte], [1, 2, byte], [byte, 255, 0, byte]] {
        #expect(Base64URL.decode(Array(Base64URL.encode(bytes).utf8)) == bytes)
      }
    }
  }
}
