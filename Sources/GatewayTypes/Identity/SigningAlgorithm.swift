/// The signature algorithms of JSON Web Tokens that can be allowed in the configuration.
///
/// Source: RFC 7518 section 3.1, RFC 8037 section 3.1. `none` is not one of them.
package enum SigningAlgorithm: String, CaseIterable, Hashable, Sendable {
  case hs256 = "HS256"
  case hs384 = "HS384"
  case hs512 = "HS512"
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case ps384 = "PS384"
  case ps512 = "PS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case edDSA = "EdDSA"
}
