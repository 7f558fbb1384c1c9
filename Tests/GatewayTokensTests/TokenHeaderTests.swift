import GatewayTokens
import GatewayTypes
import Testing

/// All tokens here have a genuine HS256 signature, so that nothing but the rule refuses them.
@Suite struct TokenHeaderTests {
  private static let rules = TokenRules(algorithms: [.hs256])

  private func outcome(_ header: String) throws -> Outcome {
    let token = try TokenForge.token(header: header, payload: TokenForge.payload())
    return TokenForge.outcome(token, Self.rules, try TokenForge.keys())
  }

  @Test(
    "a header that asks for nothing unusual is accepted",
    arguments: [
      #"{"alg":"HS256"}"#, #"{"typ":"JWT","alg":"HS256"}"#, #"{"alg":"HS256","typ":"jwt"}"#,
      #"{"alg":"HS256","typ":"at+jwt"}"#, #"{"alg":"HS256","typ":"application/at+JWT"}"#,
      #"{"alg":"HS256","typ":"APPLICATION/JWT"}"#, "{\r\n \"alg\" : \"HS256\" }",
      #"{"alg":"HS256","cty":"anything"}"#, #"{"\u0061lg":"HS\u003256"}"#,
    ])
  func accepted(_ header: String) throws {
    #expect(try outcome(header).isAccepted)
  }

  @Test(
    "keys and addresses of keys in the header are not looked at",
    arguments: [
      #""jwk":{"kty":"oct","k":"AAAA"}"#, #""jwk":17"#, #""jku":"https://evil.example/""#,
      #""x5u":"file:///etc/passwd""#, #""x5c":["AAAA"]"#, #""x5t":"AAAA""#,
    ])
  func embeddedKeys(_ member: String) throws {
    #expect(try outcome(#"{"alg":"HS256",\#(member)}"#).isAccepted)
  }

  @Test(
    "alg is one of the configuration's, in exactly its spelling",
    arguments: [
      #"{}"#, #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"NONE"}"#, #"{"alg":"nOnE"}"#,
      #"{"alg":""}"#, #"{"alg":null}"#, #"{"alg":256}"#, #"{"alg":["HS256"]}"#,
      #"{"alg":{"HS256":1}}"#, #"{"alg":"hs256"}"#, #"{"alg":" HS256"}"#, #"{"alg":"HS256 "}"#,
      #"{"ALG":"HS256"}"#, #"{"alg":"RS256"}"#, #"{"alg":"HS384"}"#, #"{"alg":"dir"}"#,
      #"{"alg":"HS256\u200b"}"#,
    ])
  func algorithm(_ header: String) throws {
    #expect(try outcome(header) == .refused(.algorithmNotAllowed))
  }

  @Test(
    "none is refused without a signature as well",
    arguments: ["none", "None", "NONE", "nOnE", ""])
  func unsigned(_ name: String) throws {
    let header = Base64URL.encode(#"{"alg":"\#(name)"}"#.utf8)
    let payload = Base64URL.encode(TokenForge.payload().utf8)
    let rules = TokenRules(algorithms: SigningAlgorithm.allCases)
    let outcome = TokenForge.outcome(
      BearerToken("\(header).\(payload)."), rules, try TokenForge.keys())
    #expect(outcome == .refused(.algorithmNotAllowed))
  }

  @Test func `an empty signature is refused`() throws {
    let header = Base64URL.encode(#"{"alg":"HS256"}"#.utf8)
    let payload = Base64URL.encode(TokenForge.payload().utf8)
    let outcome = TokenForge.outcome(
      BearerToken("\(header).\(payload)."), Self.rules, try TokenForge.keys())
    #expect(outcome == .refused(.badSignature))
  }

  @Test(
    "what changes the meaning of the token is refused",
    arguments: [
      (#""crit":["exp"]"#, TokenError.criticalExtension), (#""crit":[]"#, .criticalExtension),
      (#""crit":null"#, .criticalExtension), (#""crit":["b64"],"b64":true"#, .criticalExtension),
      (#""b64":false"#, .unencodedPayload), (#""b64":true"#, .unencodedPayload),
      (#""b64":"x""#, .unencodedPayload),
      (#""typ":"logout+jwt""#, .wrongType), (#""typ":"JWE""#, .wrongType),
      (#""typ":"""#, .wrongType), (#""typ":null"#, .wrongType), (#""typ":["JWT"]"#, .wrongType),
      (#""typ":"JWT ""#, .wrongType), (#""typ":"application/""#, .wrongType),
      (#""typ":"application/application/jwt""#, .wrongType), (#""typ":"text/jwt""#, .wrongType),
      (#""kid":7"#, .keyIDNotText), (#""kid":null"#, .keyIDNotText),
      (#""kid":["a"]"#, .keyIDNotText),
    ])
  func refused(_ member: String, _ error: TokenError) throws {
    #expect(try outcome(#"{"alg":"HS256",\#(member)}"#) == .refused(error))
  }

  @Test(
    "a header that is not one JSON object is refused",
    arguments: [
      "", "null", "[]", #""HS256""#, "17", "{", #"{"alg":"HS256"}x"#, #"{"alg":"HS256"}{}"#,
      #"{"alg":"HS256","alg":"HS256"}"#, #"{"alg":"none","alg":"HS256"}"#,
      #"{"alg":"HS256","kid":"a","kid":"b"}"#, #"{"alg":"HS256","\u0061lg":"none"}"#,
      #"{'alg':'HS256'}"#, #"{"alg":"HS256",}"#, #"{"alg":"HS256","\u0000":1}"#,
      "\u{feff}" + #"{"alg":"HS256"}"#, #"{"alg":"HS256"} // comment"#,
      #"{"alg":"HS256","x":1e400}"#, #"{"alg":"HS256","x":NaN}"#,
    ])
  func notJSON(_ header: String) throws {
    #expect(try outcome(header) == .refused(.notJSONObject(.header)))
  }

  @Test func `JSON nested without end is refused`() throws {
    let depth = 5000
    let header = #"{"alg":"HS256","x":"# + String(repeating: "[", count: depth) + "}"
    #expect(try outcome(header) == .refused(.notJSONObject(.header)))
  }

  @Test func `bytes that are not UTF-8 are refused`() throws {
    let bytes = Array(#"{"alg":"HS256","kid":""#.utf8) + [0xff] + Array(#""}"#.utf8)
    let token = try TokenForge.token(
      encodedHeader: Base64URL.encode(bytes),
      encodedPayload: Base64URL.encode(TokenForge.payload().utf8))
    let outcome = TokenForge.outcome(token, Self.rules, try TokenForge.keys())
    #expect(outcome == .refused(.notJSONObject(.header)))
  }

  @Test(
    "a token is three parts of base64url with dots between them",
    arguments: [
      ("", TokenError.notThreeParts), (".", .notThreeParts), ("...", .notThreeParts),
      ("....", .notThreeParts), ("H.P", .notThreeParts), ("H.P.S.", .notThreeParts),
      (".H.P.S", .notThreeParts), ("H.P.S.S", .notThreeParts), ("H.P..S", .notThreeParts),
      ("H.E.I.C.T", .notThreeParts), ("..", .notJSONObject(.header)),
      (".P.S", .notJSONObject(.header)), ("H=.P.S", .notBase64URL(.header)),
      ("H.P=.S", .notBase64URL(.payload)), ("H.P.S=", .notBase64URL(.signature)),
      (" H.P.S", .notBase64URL(.header)), ("H.P.S ", .notBase64URL(.signature)),
      ("H.P.S\n", .notBase64URL(.signature)), ("H.P.S\u{0}", .notBase64URL(.signature)),
      ("Bearer H.P.S", .notBase64URL(.header)), ("H.P.\u{e9}", .notBase64URL(.signature)),
      ("H.P.B", .notBase64URL(.signature)), ("H.P.AB", .notBase64URL(.signature)),
      ("H..S", .badSignature), ("H.AA.S", .badSignature), ("H.P.", .badSignature),
    ])
  func shape(_ shape: String, _ error: TokenError) throws {
    let token = try TokenForge.token(payload: TokenForge.payload())
    let parts = token.text.split(separator: ".")
    let text = shape.split(separator: "", omittingEmptySubsequences: true).map { letter in
      switch letter {
      case "H" where !shape.hasPrefix("H.E"): String(parts[0])
      case "P": String(parts[1])
      case "S": String(parts[2])
      default: String(letter)
      }
    }.joined()
    let outcome = TokenForge.outcome(BearerToken(text), Self.rules, try TokenForge.keys())
    #expect(outcome == .refused(error), "\(shape.debugDescription)")
  }

  @Test func `the last letter of a signature has one spelling`() throws {
    let token = try TokenForge.token(payload: TokenForge.payload())
    #expect(TokenForge.outcome(token, Self.rules, try TokenForge.keys()).isAccepted)
    // 43 letters are 258 bits for 256: two bits are left over, and four letters would be the same.
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let last = try #require(token.text.last)
    let index = try #require(alphabet.firstIndex(of: last))
    for other in alphabet[(index + 1)...].prefix(3) {
      let text = token.text.dropLast() + String(other)
      let outcome = TokenForge.outcome(
        BearerToken(String(text)), Self.rules, try TokenForge.keys())
      #expect(outcome == .refused(.notBase64URL(.signature)))
    }
  }

  @Test func `a token of more than 16 KiB is refused unread`() throws {
    let short = try TokenForge.token(payload: TokenForge.payload())
    let room = TokenVerifier.tokenSizeMax - short.text.utf8.count
    let padding = String(repeating: " ", count: room / 4 * 3)
    let largest = try TokenForge.token(payload: TokenForge.payload() + padding)
    #expect(largest.text.utf8.count <= TokenVerifier.tokenSizeMax)
    #expect(TokenForge.outcome(largest, Self.rules, try TokenForge.keys()).isAccepted)
    let larger = try TokenForge.token(payload: TokenForge.payload() + padding + "     ")
    #expect(
      TokenForge.outcome(larger, Self.rules, try TokenForge.keys())
        == .refused(.tooLarge(size: larger.text.utf8.count)))
  }
}
