import GatewayTypes
import Testing

struct UserIDTests {
  @Test(arguments: ["u", "user_2abc", "auth0|507f", "Ada Lovelace", "ä@example.org", "🙂"])
  func `a user's name is any text`(text: String) {
    #expect(UserID(text)?.text == text)
  }

  @Test(arguments: ["", "a\n", "\u{0}", "a\u{1f}b", "\u{7f}", "\r", "\u{80}", "a\u{9b}2J"])
  func `a user's name is not empty and has no control character`(text: String) {
    #expect(UserID(text) == nil)
  }

  @Test(arguments: [" ", " u", "u ", "  "])
  func `a user's name has no space at its ends, which a header field would lose`(text: String) {
    #expect(UserID(text) == nil)
  }

  @Test func `a user's name has at most 255 bytes`() {
    #expect(UserID(String(repeating: "a", count: 255)) != nil)
    #expect(UserID(String(repeating: "a", count: 256)) == nil)
    #expect(UserID(String(repeating: "é", count: 127)) != nil)
    #expect(UserID(String(repeating: "é", count: 128)) == nil)
  }

  @Test func `names that only look alike are different users`() {
    let composed = UserID("caf\u{e9}")
    let decomposed = UserID("cafe\u{301}")
    #expect(composed != nil && decomposed != nil)
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(composed == UserID("caf\u{e9}"))
  }
}
