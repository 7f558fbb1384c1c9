import ArgumentParser
import GatewayConfiguration
import GatewayLoop
import GatewayTokens
import GatewayTypes

/// `notes-gateway token`: a development token, where an HMAC secret is configured.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make a development token, where an HMAC secret is configured.")

  @OptionGroup var option: ConfigurationOption

  @Option(help: ArgumentHelp("The user that the token is for.", valueName: "id"))
  var user: UserID

  @Option(
    help: ArgumentHelp("How long it is good: 90s, 5m, 1h, 24h.", valueName: "duration"))
  var lifetime = Lifetime(duration: .seconds(3600))

  func run() throws {
    let (configuration, _) = try option.prepare()
    guard case .success(let files) = ConfigurationFiles.read(for: configuration),
      let content = files.hmacSecret
    else {
      throw failure(
        "\(option.file): authentication.keys.hmac_secret_file is not there; a token can only be "
          + "made with the secret that the gateway verifies it with")
    }
    let token: BearerToken
    do {
      token = try self.token(configuration.authentication, HMACSecret(content))
    } catch {
      throw failure("\(option.file): \(error)")
    }
    try printResult(token.text)
  }

  private func token(
    _ authentication: Configuration.Authentication, _ secret: HMACSecret
  ) throws -> BearerToken {
    let algorithm = [SigningAlgorithm.hs256, .hs384, .hs512].first {
      authentication.algorithms.contains($0)
    }
    return try DevelopmentToken.make(
      user: user, lifetime: lifetime.duration, secret: secret, algorithm: algorithm ?? .hs256,
      now: SystemClock.wall, issuer: authentication.issuer,
      audience: authentication.audience.first,
      authorizedParty: authentication.authorizedParties.first,
      userClaim: authentication.userClaim)
  }
}

extension UserID: ExpressibleByArgument {
  /// The user that the command line names.
  public init?(argument: String) {
    self.init(argument)
  }
}

/// A time on the command line, written as in the configuration.
struct Lifetime: ExpressibleByArgument {
  let duration: Duration

  init(duration: Duration) {
    self.duration = duration
  }

  init?(argument: String) {
    guard let duration = DurationText.parse(argument) else {
      return nil
    }
    self.duration = duration
  }

  var defaultValueDescription: String { "1h" }
}
