import GatewayConfiguration
import GatewayLogic
import GatewayTypes
import GatewayUpstream

/// Makes requests to the notes API out of what lanes and rooms want to know.
struct UpstreamRoutes: Sendable {
  let routes: Configuration.Upstream.Routes
  /// The path of `upstream.url`, in front of every route.
  let pathPrefix: String

  /// `GET note` in the name of `token`'s user.
  func look(at note: NoteID, as token: BearerToken) -> UpstreamRequest {
    request(routes.getNote, note, token, body: nil)
  }

  /// One step of a write in its writer's name.
  func request(_ step: UpstreamStep, for write: Write) -> UpstreamRequest {
    let token = write.writer.token
    return switch step {
    case .look: look(at: write.note, as: token)
    case .update(changes: let changes):
      request(routes.updateNote, write.note, token, body: changes.bytes)
    case .create(noteData: let noteData):
      request(routes.createNote, write.note, token, body: noteData.bytes)
    case .delete: request(routes.deleteNote, write.note, token, body: nil)
    }
  }

  private func request(
    _ route: RouteTemplate, _ note: NoteID, _ token: BearerToken, body: [UInt8]?
  ) -> UpstreamRequest {
    do throws(UpstreamRequestError) {
      return try UpstreamRequest(
        method: route.method, target: pathPrefix + route.path(for: note), authorization: token,
        json: body)
    } catch {
      // Routes are checked with the configuration, names of notes and tokens when they come in.
      preconditionFailure("a request is made of checked parts: \(error)")
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
