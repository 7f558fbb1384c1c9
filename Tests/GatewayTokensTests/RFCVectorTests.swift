import GatewayTokens
import GatewayTypes
import Testing

/// The examples of the RFCs, as printed there.
@Suite struct RFCVectorTests {
  /// The claims of RFC 7519 section 3.1 in RFC 7515 appendix A: they name no `sub`, so that `iss`
  /// stands in for it, and expire at 1300819380.
  private static let claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

  private func expectJoe(
    _ token: String, _ algorithm: SigningAlgorithm, _ keys: KeySet
  ) throws {
    let rules = TokenRules(algorithms: [algorithm], userClaim: "iss", clockSkew: .zero)
    let verifier = TokenVerifier(rules: rules, keys: keys)
    let verified = try verifier.verify(
      BearerToken(token), at: WallTime(milliseconds: 1_300_819_379_999))
    #expect(verified.user == UserID("joe"))
    #expect(verified.expiresAt == WallTime(milliseconds: 1_300_819_380_000))
    #expect(throws: TokenError.expired) {
      try verifier.verify(BearerToken(token), at: WallTime(milliseconds: 1_300_819_380_000))
    }
  }

  @Test func `HS256 of RFC 7515 appendix A1`() throws {
    let secret = """
      AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow
      """
    let bytes = try #require(Base64URL.decode(Array(secret.utf8)))
    let key = try VerificationKey(secret: try HMACSecret(bytes), algorithms: [.hs256])
    try expectJoe(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(Self.claims)"
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", .hs256, KeySet([key]))
  }

  @Test func `RS256 of RFC 7515 appendix A2`() throws {
    let key = """
      {"kty":"RSA",
       "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1\
      Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXnd\
      S5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7\
      aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
       "e":"AQAB"}
      """
    let signature = """
      cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5\
      jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb\
      1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO\
      YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
      """
    try expectJoe(
      "eyJhbGciOiJSUzI1NiJ9.\(Self.claims).\(signature)", .rs256, try KeySet(jsonWebKeys: [key]))
  }

  @Test func `ES256 of RFC 7515 appendix A3`() throws {
    let key = """
      {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
      """
    try expectJoe(
      "eyJhbGciOiJFUzI1NiJ9.\(Self.claims)"
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
      .es256, try KeySet(jsonWebKeys: [key]))
  }

  /// The payload of RFC 8037 appendix A.4 is a sentence, so that the signature is genuine and the
  /// claims are none.
  @Test func `Ed25519 of RFC 8037 appendix A4`() throws {
    let key = """
      {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
      """
    let token = BearerToken(
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        + ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    let keys = try KeySet(jsonWebKeys: [key])
    let outcome = TokenForge.outcome(token, TokenRules(algorithms: [.edDSA]), keys)
    #expect(outcome == .refused(.notJSONObject(.payload)))
  }

  /// RFC 7520 section 4.2, with the key of section 3.3; the payload is a sentence again.
  @Test func `PS384 of RFC 7520 section 4`() throws {
    let key = """
      {"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig",
       "n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_\
      AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-\
      OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKw\
      uCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
       "e":"AQAB"}
      """
    let token = """
      eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vy\
      b3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIG\
      lmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3\
      ZXB0IG9mZiB0by4.\
      cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5\
      dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8\
      P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQS\
      UmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw
      """
    let keys = try KeySet(jsonWebKeys: [key])
    let outcome = TokenForge.outcome(BearerToken(token), TokenRules(algorithms: [.ps384]), keys)
    #expect(outcome == .refused(.notJSONObject(.payload)))
  }
}

extension KeySet {
  /// The keys of a JSON Web Key Set of these keys.
  init(jsonWebKeys keys: [String]) throws {
    let text = #"{"keys":["# + keys.joined(separator: ",") + "]}"
    self.init(try JSONWebKeySet(Array(text.utf8)).keys)
  }

  /// The keys of these PEM texts.
  init(pems: [String]) throws {
    self.init(try pems.map { VerificationKey(publicKey: try PublicKey(pem: Array($0.utf8))) })
  }
}
