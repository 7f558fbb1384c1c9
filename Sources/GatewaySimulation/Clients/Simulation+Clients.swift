import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What clients do.
extension Simulation {
  func populate() {
    for user in conditions.users {
      for _ in 0..<Int.random(in: 1...conditions.deviceCount, using: &random) {
        clients.append(
          SimulatedClient(
            user: user, renewal: random.element(of: SimulatedClient.Renewal.some),
            flushes: random.happens(percent: 40)))
      }
    }
    for client in clients.indices {
      schedule(.connects(client: client), after: random.duration(upTo: conditions.pauseMax))
      schedule(.acts(client: client), after: random.duration(upTo: conditions.pauseMax))
    }
    schedule(.changesAccess, after: random.duration(upTo: conditions.activeTime))
    for worker in workers.indices { schedule(.keepsHouse(worker: worker), after: .seconds(1)) }
    if let pause = conditions.stallPause {
      for worker in workers.indices {
        schedule(.stalls(worker: worker), after: random.duration(upTo: pause * 2))
      }
    }
    if let drainAfter = conditions.drainAfter { schedule(.drains(worker: nil), after: drainAfter) }
  }

  func connect(_ client: Int) {
    guard !isCalm, clients[client].connection == nil else { return }
    let worker = Int.random(in: workers.indices, using: &random)
    guard let id = workers[worker].opened() else { return }
    note("client \(client) is \(id.words)")
    clients[client].connection = id
    authenticate(client, with: random.happens(percent: 90) ? .good : .expired)
    if clients[client].flushes {
      for _ in 0..<Int.random(in: 0..<8, using: &random) { say(someRequest(), client) }
    }
  }

  func act(_ client: Int) {
    guard !isCalm else { return }
    schedule(.acts(client: client), after: random.duration(upTo: conditions.pauseMax))
    if random.happens(percent: conditions.requestPercent) {
      makeRequest(client)
      return
    }
    guard let id = clients[client].connection else {
      if random.happens(percent: 30) { connect(client) }
      return
    }
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<conditions.vanishPercent:
      vanish(client)
    case 5..<7:
      say(.bad(ClientMessageError(.invalidMessage, reason: "no")), on: id)
    case 7 where random.happens(percent: 20):
      say(.tooLarge, on: id)
    case 7 where random.happens(percent: 20):
      schedule(.overflows(id), after: .zero)
    case 8..<10:
      let credentials: [Credential] = [.good, .good, .last, .expired, .ofAnother, .forged]
      authenticate(client, with: random.element(of: credentials))
    case 10..<20:
      for _ in 0..<Int.random(in: 2..<8, using: &random) { say(someRequest(), client) }
    default:
      say(someRequest(), client)
    }
  }

  private func someRequest() -> ClientRequest {
    let note = random.element(of: conditions.notes)
    let changes = JSONText.of("{\"x\":\(lastMessageNumber)}")
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<50: return .change(.note(note), .update(changes: changes))
    case 50..<68: return .joinNote(note)
    case 68..<71: return .leaveNote(note)
    case 71..<76: return .change(.note(note), .create(data: changes))
    case 76..<78: return .change(.note(note), .delete)
    case 78..<80: return .ping
    default: break
    }
    guard let folder = conditions.folders.randomElement(using: &random) else { return .ping }
    let change: Change =
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: .update(changes: changes)
      case 4..<7: .refresh(changes: .of("{}"))
      case 7..<9: .create(data: changes)
      default: .delete
      }
    return .change(.folder(folder), change)
  }

  // MARK: Tokens

  /// Presents a token on the client's connection.
  func authenticate(_ client: Int, with credential: Credential) {
    let user = clients[client].user
    let lifetime = random.duration(upTo: conditions.tokenLifetimeMax) + .milliseconds(500)
    let token: BearerToken =
      switch credential {
      case .good: tokens.issue(to: user, until: clock.wallNow + lifetime)
      case .last:
        clients[client].lastToken ?? tokens.issue(to: user, until: clock.wallNow + lifetime)
      case .expired: tokens.issue(to: user, until: clock.wallNow + .seconds(-3))
      case .ofAnother:
        tokens.issue(to: .named("mallory"), until: clock.wallNow + lifetime)
      case .forged: .forged
      }
    if credential == .good { clients[client].lastToken = token }
    say(.authenticate(token), client)
  }

  /// The client was asked for another token.
  private func asked(_ client: Int, _ id: ConnectionID) {
    let grace = conditions.sessionRules.expiryGrace
    switch clients[client].renewal {
    case .inTime:
      schedule(.renews(client: client, id, .good), after: .milliseconds(1))
    case .late:
      let delay = random.duration(upTo: grace + grace / 4)
      schedule(.renews(client: client, id, .good), after: delay)
    case .clumsy:
      let first: Credential = random.element(of: [.last, .ofAnother, .expired, .forged])
      schedule(.renews(client: client, id, first), after: .milliseconds(1))
      let delay = random.duration(upTo: grace)
      schedule(.renews(client: client, id, .good), after: delay)
    case .never:
      break
    }
  }

  /// The client has heard something, and may have to do something about it.
  func hear(_ message: GatewayMessage, _ client: Int, _ id: ConnectionID) {
    guard clients[client].connection == id else { return }
    switch message {
    case .authFailed(.expired, requestID: nil):
      asked(client, id)
    case .authFailed where random.happens(percent: 70):
      schedule(.renews(client: client, id, .good), after: conditions.pauseMax)
    case .authSuccess(_, expiresAt: let end, _, _, _) where clients[client].renewal == .inTime:
      let left = end - clock.wallNow
      if !isCalm { schedule(.renews(client: client, id, .good), after: left * 7 / 10) }
    default:
      break
    }
  }

  // MARK: The connection

  func say(_ request: ClientRequest, _ client: Int) {
    guard let id = clients[client].connection else { return }
    lastMessageNumber += 1
    let message = ClientMessage(requestID: .named("\(lastMessageNumber)"), request)
    say(.message(message, number: lastMessageNumber), on: id)
  }

  private func say(_ text: ClientText, on id: ConnectionID) {
    let wanted = clock.now + random.duration(upTo: conditions.lineDelayMax)
    schedule(.arrives(id, text), at: lines[id, default: LineTimes()].nextToGateway(wanted))
  }

  /// The client is gone, and the gateway notices at some time. What it sent may still arrive.
  func vanish(_ client: Int) {
    guard let id = clients[client].connection else { return }
    note("client \(client) vanishes from \(id.words)")
    clients[client].connection = nil
    schedule(.closes(id), after: random.duration(upTo: conditions.lineDelayMax * 10))
  }
}
