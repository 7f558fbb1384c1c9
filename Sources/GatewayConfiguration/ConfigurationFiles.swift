package import GatewayTypes

/// The content of the files that a configuration names, read and checked to be there and not
/// empty. Whether there are keys and certificates in it is found out by those who parse them; they
/// report through `Configuration.places`.
///
/// Secrets are among it: never to be printed.
package struct ConfigurationFiles: Equatable, Sendable {
  /// The files of one TLS listener, PEM.
  package struct TLS: Equatable, Sendable {
    package var certificate: [UInt8]
    package var privateKey: [UInt8]

    package init(certificate: [UInt8], privateKey: [UInt8]) {
      self.certificate = certificate
      self.privateKey = privateKey
    }
  }

  /// The largest file, in bytes.
  package static let fileSizeMax = 1 << 20
  /// The shortest HMAC secret, in bytes. Source: CONFIGURATION.md; RFC 7518, section 3.2.
  package static let hmacSecretSizeMin = 32
  /// The longest token of the gateway's own, in bytes: as long as one of a client.
  package static let serviceTokenSizeMax = 16 << 10

  /// One for each of `Configuration.listeners`, in their order; nil for a plain one.
  package var listeners: [TLS?]
  /// Of `upstream.ca_file`.
  package var upstreamCA: [UInt8]?
  /// Of `upstream.service.token_file`, without one line end at its end; nil unless
  /// `upstream.identity` is `service`, since it is of no use then.
  package var serviceToken: BearerToken?
  /// Of `admin.publish_token_file`, without one line end at its end.
  package var publishToken: BearerToken?
  /// Of `authentication.keys.jwks_file`.
  package var jwks: [UInt8]?
  /// Of `authentication.keys.public_key_file`.
  package var publicKey: [UInt8]?
  /// Of `authentication.keys.hmac_secret_file`, without one line end at its end, which editors and
  /// `echo` put there.
  package var hmacSecret: [UInt8]?

  package init(
    listeners: [TLS?] = [], upstreamCA: [UInt8]? = nil, serviceToken: BearerToken? = nil,
    publishToken: BearerToken? = nil, jwks: [UInt8]? = nil, publicKey: [UInt8]? = nil,
    hmacSecret: [UInt8]? = nil
  ) {
    self.listeners = listeners
    self.upstreamCA = upstreamCA
    self.serviceToken = serviceToken
    self.publishToken = publishToken
    self.jwks = jwks
    self.publicKey = publicKey
    self.hmacSecret = hmacSecret
  }

  /// Reads every file that `configuration` names, or says all that is wrong with them.
  package static func read(
    for configuration: Configuration
  ) -> Result<ConfigurationFiles, ConfigurationProblems> {
    var problems: [ConfigurationProblem] = []
    func read<Value>(
      _ path: String?, of key: String, _ parse: ([UInt8]) throws(ReadingError) -> Value
    ) -> Value? {
      guard let path else { return nil }
      do throws(ReadingError) {
        return try parse(content(of: path))
      } catch {
        problems.append(configuration.places.problem(with: key, error.message))
        return nil
      }
    }
    func read(_ path: String?, of key: String) -> [UInt8]? {
      read(path, of: key) { (content) throws(ReadingError) in content }
    }

    var files = ConfigurationFiles()
    for (index, listener) in configuration.listeners.enumerated() {
      let key = "listen[\(index)].tls"
      let certificate = read(listener.tls?.certificateFile, of: "\(key).certificate_file")
      let privateKey = read(listener.tls?.privateKeyFile, of: "\(key).private_key_file")
      if let certificate, let privateKey {
        files.listeners.append(TLS(certificate: certificate, privateKey: privateKey))
      } else {
        files.listeners.append(nil)
      }
    }
    let keys = configuration.authentication.keys
    files.upstreamCA = read(configuration.upstream.caFile, of: "upstream.ca_file")
    files.jwks = read(keys.jwksFile, of: "authentication.keys.jwks_file")
    files.publicKey = read(keys.publicKeyFile, of: "authentication.keys.public_key_file")
    files.hmacSecret = read(
      keys.hmacSecretFile, of: "authentication.keys.hmac_secret_file", secret)
    if configuration.upstream.identity == .service {
      files.serviceToken = read(
        configuration.upstream.service.tokenFile, of: "upstream.service.token_file", token)
    }
    if configuration.admin.address != nil {
      files.publishToken = read(
        configuration.admin.publishTokenFile, of: "admin.publish_token_file", token)
    }
    return problems.isEmpty ? .success(files) : .failure(ConfigurationProblems(problems))
  }

  /// What is wrong with a file, and what was expected.
  private struct ReadingError: Error {
    let message: String
  }

  private static func content(of path: String) throws(ReadingError) -> [UInt8] {
    let content: [UInt8]
    do {
      content = try System.read(file: path, sizeMax: fileSizeMax)
    } catch {
      throw ReadingError(
        message: "\(quoted(path)) \(error); expected a readable file of at most "
          + sizeText(fileSizeMax))
    }
    guard !content.isEmpty else {
      throw ReadingError(
        message: "\(quoted(path)) is empty; expected a file with something in it")
    }
    return content
  }

  private static func secret(_ content: [UInt8]) throws(ReadingError) -> [UInt8] {
    let secret = withoutLineEnd(content)
    guard secret.count >= hmacSecretSizeMin else {
      throw ReadingError(
        message: "the secret has \(sizeText(secret.count)), a line end at its end not counted; "
          + "expected at least \(hmacSecretSizeMin)")
    }
    return secret
  }

  /// Takes what can stand in a header field.
  private static func token(_ content: [UInt8]) throws(ReadingError) -> BearerToken {
    let line = withoutLineEnd(content)
    let text = String(decoding: line, as: UTF8.self)
    let reason: String
    if line.isEmpty {
      reason = "the token is empty"
    } else if line.count > serviceTokenSizeMax {
      reason = "the token has \(sizeText(line.count))"
    } else if !text.isVisibleASCII {
      reason = "the token has a space, a line end or another character that no token has"
    } else {
      return BearerToken(text)
    }
    throw ReadingError(
      message: "\(reason); expected one line of at most \(sizeText(serviceTokenSizeMax))")
  }

  private static func withoutLineEnd(_ content: [UInt8]) -> [UInt8] {
    let (carriageReturn, lineFeed) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    guard content.last == lineFeed else { return content }
    let line = content.dropLast()
    return Array(line.last == carriageReturn ? line.dropLast() : line)
  }
}
