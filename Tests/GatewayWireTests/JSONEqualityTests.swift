import GatewayTypes
import GatewayWire
import Testing

@Suite("Two JSON values")
struct JSONEqualityTests {
  private func isEqual(_ left: String, _ right: String) -> Bool {
    let (left, right) = (
      JSONText(unchecked: Array(left.utf8)), JSONText(unchecked: Array(right.utf8))
    )
    let isEqual = left.isEqualValue(to: right)
    #expect(right.isEqualValue(to: left) == isEqual)
    return isEqual
  }

  @Test(arguments: [
    ("{}", "{ }"), (#"{"a":1,"b":[2,{}]}"#, #" { "b" : [ 2 , { } ] , "a" : 1 } "#),
    (#"{"\u0061":"\u00e9\/"}"#, #"{"a":"é/"}"#), (#""\ud83d\ude00""#, #""😀""#),
    (#"{"a":1,"a":2}"#, #"{"a":2}"#), ("true", " true"), ("null", "null\n"),
    ("1", "1.0"), ("1", "1e0"), ("100", "1E+2"), ("0.01", "1e-2"), ("-0", "0.000e5"),
    ("-12.50", "-1250e-2"), ("1e400", "10e399"), ("0.0012", "12e-4"),
    ("12345678901234567890123", "12345678901234567890123.0"),
    ("1e99999999999999999999", "1e99999999999999999999"), ("[]", "[ ]"),
  ])
  func `are equal however they are written`(left: String, right: String) {
    #expect(isEqual(left, right))
  }

  @Test(arguments: [
    ("{}", "[]"), ("1", "\"1\""), ("true", "false"), ("null", "0"), ("1", "-1"), ("1", "10"),
    ("9007199254740993", "9007199254740992"), ("1e400", "1e401"), ("0.1", "0.10000000000000001"),
    ("12345678901234567890123", "12345678901234567890124"), ("10", "1"), ("0.1", "0.01"),
    ("[1,2]", "[2,1]"), ("[1]", "[1,1]"), ("[[]]", "[]"), (#"{"a":1}"#, #"{"a":1,"b":1}"#),
    (#"{"a":null}"#, "{}"), (#"{"é":1}"#, #"{"e\u0301":1}"#), (#""a""#, #""A""#),
    (#""\ud800""#, #""\ud801""#), ("1e99999999999999999999", "1e99999999999999999998"),
  ])
  func `are not equal when they say something else`(left: String, right: String) {
    #expect(!isEqual(left, right))
  }

  @Test func `may be as deep as a text can be`() {
    let deep = String(repeating: "[", count: 2048) + String(repeating: "]", count: 2048)
    #expect(isEqual(deep, deep + " "))
  }

  @Test(
    arguments: [
      (#"{"id":"a","body":"xxx"#, "a"), (#" {"x":[{"id":1}],"\u0069d" : "b","#, "b"),
      (#"{"id":1,"id":"b""#, nil), (#"{"body":"id","x"#, nil), (#"["id"]"#, nil), ("", nil),
      (#"{"id":"a"#, nil), (#"{"id""#, nil), ("{", nil), (#"{"x":{"id":"a"}"#, nil),
    ] as [(String, String?)])
  func `have an id that can be found in their beginning`(text: String, id: String?) {
    #expect(JSONText.id(inBeginning: Array(text.utf8)) == id)
  }
}
