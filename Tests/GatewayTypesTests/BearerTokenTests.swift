import GatewayTypes
import Testing

struct BearerTokenTests {
  @Test func `a token shows nowhere, whatever way it is printed`() {
    let token = BearerToken("eyJhbGciOi.secret")
    var dumped = ""
    dump([token], to: &dumped)
    for text in ["\(token)", String(reflecting: token), "\([token])", dumped] {
      #expect(!text.contains("secret"))
    }
    let request = ClientMessage(.authenticate(token))
    #expect(!"\(request)".contains("secret"))
  }
}
