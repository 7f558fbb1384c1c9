package import GatewayTokens
package import GatewayTypes
import GatewayWire

/// Everything that the demo says over HTTP: the page, the page's session, and the notes API.
///
/// Pure: the time and random numbers are arguments, and the sockets are somebody else's.
package struct DemoSite: Sendable {
  /// How long the page's token is good for.
  package static let tokenLifetime = Duration.seconds(3600)
  /// The most bytes that the body of a request may have.
  package static let bodySizeMax = 2 << 20

  private let secret: HMACSecret
  private let user: UserID
  private let verifier: TokenVerifier
  private let page: [UInt8]
  private var store: NotesStore

  /// `secret` is the gateway's too; `user` is who the page is.
  package init(
    secret: HMACSecret, user: UserID, page: [UInt8], bounds: NotesStore.Bounds = .init()
  ) throws(KeyError) {
    self.secret = secret
    self.user = user
    self.page = page
    store = NotesStore(bounds: bounds)
    let key = try VerificationKey(secret: secret, algorithms: [.hs256])
    verifier = TokenVerifier(rules: TokenRules(algorithms: [.hs256]), keys: KeySet([key]))
  }

  /// Whether `answer` depends on the body of the request. Where it does not the body can stay
  /// unread: nobody without a good token can make anything be kept, not even for a moment.
  package func wantsBody(of request: DemoRequest, at now: WallTime) -> Bool {
    guard request.method == "POST" || request.method == "PUT", request.isForLoopback else {
      return false
    }
    do {
      return try request.token.map { try verifier.verify($0, at: now) } != nil
    } catch {
      return false
    }
  }

  package mutating func answer(
    _ request: DemoRequest, at now: WallTime, randomNumber: UInt64
  ) -> DemoAnswer {
    guard request.isForLoopback else {
      return .error(403, "This is only for the machine that it runs on")
    }
    let path = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    switch Array(path) {
    case [""]:
      return request.method == "GET" ? .page(page) : .methodNotAllowed(allowed: "GET")
    case ["demo", "session"]:
      return request.method == "GET" ? session(at: now) : .methodNotAllowed(allowed: "GET")
    case ["api", "notes"]:
      return answerUser(of: request, at: now) { (site, user) throws(NotesStoreError) in
        try site.answerNotes(request, of: user, at: now, randomNumber: randomNumber)
      }
    case let segments where segments.count == 3 && segments.starts(with: ["api", "notes"]):
      return answerUser(of: request, at: now) { (site, user) throws(NotesStoreError) in
        try site.answerNote(String(segments[2]), request, of: user, at: now)
      }
    default:
      return .error(404, "There is nothing here")
    }
  }

  /// Who the page is, and the token that shows it, to the API and to the gateway.
  private func session(at now: WallTime) -> DemoAnswer {
    do {
      let token = try DevelopmentToken.make(
        user: user, lifetime: DemoSite.tokenLifetime, secret: secret, now: now)
      let expiresAt = try verifier.verify(token, at: now).expiresAt
      return .json(
        .object([
          "token": JSONText(string: token.text),
          "userId": JSONText(string: user.text),
          "expiresAt": JSONText(unchecked: Array("\(expiresAt.milliseconds)".utf8)),
        ]))
    } catch {
      return .error(500, "No token could be made")
    }
  }
}

// MARK: The notes API

extension DemoSite {
  /// What `answer` gives for the user whose token the request has.
  private mutating func answerUser(
    of request: DemoRequest, at now: WallTime,
    _ answer: (inout DemoSite, UserID) throws(NotesStoreError) -> DemoAnswer
  ) -> DemoAnswer {
    guard let token = request.token else {
      return .unauthorized("A bearer token is needed", challenge: "Bearer")
    }
    let user: UserID
    do {
      user = try verifier.verify(token, at: now).user
    } catch {
      return .unauthorized("The token is not good", challenge: #"Bearer error="invalid_token""#)
    }
    do {
      return try answer(&self, user)
    } catch {
      return .error(error.status, error.description)
    }
  }

  /// `/api/notes`
  private mutating func answerNotes(
    _ request: DemoRequest, of user: UserID, at now: WallTime, randomNumber: UInt64
  ) throws(NotesStoreError) -> DemoAnswer {
    switch request.method {
    case "GET":
      return .json(store.list(of: user))
    case "POST":
      let note = try store.create(request.body, of: user, at: now, randomNumber: randomNumber)
      return .json(note, status: 201)
    default:
      return .methodNotAllowed(allowed: "GET, POST")
    }
  }

  /// `/api/notes/{id}`
  private mutating func answerNote(
    _ text: String, _ request: DemoRequest, of user: UserID, at now: WallTime
  ) throws(NotesStoreError) -> DemoAnswer {
    let id: NoteID
    do {
      id = try NoteID(text)
    } catch {
      throw .notFound
    }
    switch request.method {
    case "GET":
      return .json(try store.note(id, of: user))
    case "PUT":
      return .json(try store.update(id, with: request.body, of: user, at: now))
    case "DELETE":
      try store.delete(id, of: user)
      return .noContent
    default:
      return .methodNotAllowed(allowed: "GET, PUT, DELETE")
    }
  }
}

extension NotesStoreError {
  /// The status of the answer: never a 5xx, behind which a write may have been done or not.
  fileprivate var status: Int {
    switch self {
    case .notFound: 404
    case .exists, .tooManyNotes: 409
    case .notJSON, .notAnObject, .idNotText, .badID: 400
    case .noteTooLarge, .tooManyMembers, .full: 413
    }
  }
}
