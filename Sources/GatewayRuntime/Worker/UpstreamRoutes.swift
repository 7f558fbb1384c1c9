import GatewayConfiguration
import GatewayLogic
import GatewayTypes
import GatewayUpstream

/// Makes requests to the notes API out of what lanes and rooms want to know.
struct UpstreamRoutes: Sendable {
  let routes: Configuration.Upstream.Routes
  /// The path of `upstream.url`, in front of every route.
  let pathPrefix: String
  let identity: Identity

  /// Whose token a request has.
  enum Identity: Sendable {
    /// The user's own.
    case bearer
    /// The gateway's; the header field names the user, in the very bytes of the token's claim,
    /// UTF-8 where it is not ASCII.
    case service(BearerToken, userHeader: String)
  }

  /// `GET note` or `GET folder` in the name of a user.
  func look(at resource: Resource, as user: UserID, _ token: BearerToken) -> UpstreamRequest {
    request(routes[resource].get, resource, user, token, body: nil)
  }

  /// One step of a write in its writer's name.
  func request(_ step: UpstreamStep, for write: Write) -> UpstreamRequest {
    let (resource, user, token) = (write.resource, write.writer.user, write.writer.token)
    let routes = routes[resource]
    return switch step {
    case .look:
      look(at: resource, as: user, token)
    case .update(changes: let changes):
      request(routes.update, resource, user, token, body: changes.bytes)
    case .create(data: let data):
      request(routes.create, resource, user, token, body: data.bytes)
    case .delete:
      request(routes.delete, resource, user, token, body: nil)
    }
  }

  private func request(
    _ route: RouteTemplate, _ resource: Resource, _ user: UserID, _ token: BearerToken,
    body: [UInt8]?
  ) -> UpstreamRequest {
    do throws(UpstreamRequestError) {
      let (authorization, fields) = try authority(of: user, token)
      return try UpstreamRequest(
        method: route.method, target: pathPrefix + route.path(for: resource),
        authorization: authorization, json: body, fields: fields)
    } catch {
      // Routes and fields are checked with the configuration, names and tokens when they come in.
      preconditionFailure("a request is made of checked parts: \(error)")
    }
  }

  /// What tells the notes API for whom it is asked.
  private func authority(
    of user: UserID, _ token: BearerToken
  ) throws(UpstreamRequestError) -> (BearerToken, [UpstreamField]) {
    switch identity {
    case .bearer: (token, [])
    case .service(let own, userHeader: let name):
      (own, [try UpstreamField(name: name, value: user.text)])
    }
  }
}

extension UpstreamSettings {
  /// `answerSizeMax` bounds an answer that is kept.
  init(_ upstream: Configuration.Upstream, answerSizeMax: Int) {
    self.init(
      origin: UpstreamOrigin(
        isTLS: upstream.url.isTLS, host: upstream.url.host, port: upstream.url.port),
      hostField: upstream.url.authority, userAgent: "notes-gateway/\(Version.current)",
      caFile: upstream.caFile, connectTimeout: upstream.connectTimeout,
      idleTimeout: upstream.idleTimeout, requestTimeout: upstream.requestTimeout,
      connectionCountMax: upstream.connectionsMax, queueCountMax: upstream.queueCountMax,
      answerSizeMax: answerSizeMax)
  }
}
