package import GatewayTypes

extension Configuration {
  /// `authentication`: which tokens are believed, and whose they are.
  package struct Authentication: Equatable, Sendable {
    /// `keys`: where the keys are that tokens are verified with.
    package var keys: Keys
    /// `algorithms`: nothing else is believed, whatever a token's header says. Never empty, and
    /// each has a source of keys when read from a file.
    package var algorithms: Set<SigningAlgorithm>
    /// `issuer`: the exact `iss`; nil believes any, or none.
    package var issuer: String?
    /// `audience`: one of them must be in `aud`; empty believes any, or none.
    package var audience: [String]
    /// `authorized_parties`: `azp` must be one of them; empty believes any, or none.
    package var authorizedParties: [String]
    /// `user_claim`: the claim that names the user, 1 to 128 bytes.
    package var userClaim: String
    /// `clock_skew`: how far the issuer's clock may be off, 0 to 24 hours.
    package var clockSkew: Duration
    /// `deadline`: the time to authenticate after connecting, 1 ms to 365 days.
    package var deadline: Duration
    /// `expiry`: what the end of a token's time means for the connection that it opened.
    package var expiry: Expiry
    /// `expiry_grace`: how long an expired authentication waits for its renewal, 0 to 365 days.
    package var expiryGrace: Duration
    /// `message_signing`: whether clients get a secret to sign their messages with.
    package var signsMessages: Bool

    package init(
      keys: Keys, algorithms: Set<SigningAlgorithm> = [.rs256], issuer: String? = nil,
      audience: [String] = [], authorizedParties: [String] = [], userClaim: String = "sub",
      clockSkew: Duration = .seconds(5), deadline: Duration = .seconds(30),
      expiry: Expiry = .enforced, expiryGrace: Duration = .seconds(30),
      signsMessages: Bool = false
    ) {
      self.keys = keys
      self.algorithms = algorithms
      self.issuer = issuer
      self.audience = audience
      self.authorizedParties = authorizedParties
      self.userClaim = userClaim
      self.clockSkew = clockSkew
      self.deadline = deadline
      self.expiry = expiry
      self.expiryGrace = expiryGrace
      self.signsMessages = signsMessages
    }
  }
}

extension Configuration.Authentication {
  /// The raw value is its spelling in the file.
  package enum Expiry: String, CaseIterable, Hashable, Sendable {
    /// The client is asked for another token.
    case enforced
    /// Nothing, until the upstream does not accept it any more.
    case atConnect = "at_connect"
  }

  /// `authentication.keys`: at least one of them when read from a file; paths are then absolute.
  package struct Keys: Equatable, Sendable {
    /// `jwks_url`: where a JSON Web Key Set is fetched, RFC 7517.
    package var jwksURL: KeySetURL?
    /// `jwks_file`: a JSON Web Key Set, RFC 7517.
    package var jwksFile: String?
    /// `public_key_file`: PEM, RSA, EC or Ed25519.
    package var publicKeyFile: String?
    /// `hmac_secret_file`: at least 32 bytes.
    package var hmacSecretFile: String?

    package init(
      jwksURL: KeySetURL? = nil, jwksFile: String? = nil, publicKeyFile: String? = nil,
      hmacSecretFile: String? = nil
    ) {
      self.jwksURL = jwksURL
      self.jwksFile = jwksFile
      self.publicKeyFile = publicKeyFile
      self.hmacSecretFile = hmacSecretFile
    }
  }
}
