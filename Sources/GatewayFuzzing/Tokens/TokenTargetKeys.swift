import GatewayTokens
import GatewayTypes

/// The keys that tokens are tried with: those that RFC 7515 appendix A and RFC 8037 appendix A
/// print.
enum TokenTargetKeys {
  private static let secret = Base64URL.decode(
    """
    AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow
    """.utf8)

  private static let publicKeys = """
    {"keys":[
      {"kty":"RSA","e":"AQAB",
       "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1\
    Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5\
    z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhy\
    xXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
      {"kty":"EC","crv":"P-256","kid":"elliptic",
       "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
      {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    ]}
    """

  static let all: KeySet = {
    do {
      let shared = try VerificationKey(secret: hmacSecret(), algorithms: [.hs256])
      return KeySet([shared] + (try JSONWebKeySet(Array(publicKeys.utf8)).keys))
    } catch {
      preconditionFailure("the RFCs' keys are sound: \(error)")
    }
  }()

  /// Header and payload of the tokens of RFC 7515 appendices A.2 and A.3, which others have signed.
  static let signedByOthers = ["eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ9"].map { header in
    header + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
      + "Ijp0cnVlfQ"
  }

  /// The HS256 of `signed`.
  static func code(of signed: String) throws(Finding) -> String {
    do {
      return Base64URL.encode(try hmacSecret().code(of: Array(signed.utf8), hash: .sha256))
    } catch {
      throw Finding("no HMAC: \(error)")
    }
  }

  private static func hmacSecret() throws -> HMACSecret {
    try HMACSecret(secret ?? [])
  }
}
