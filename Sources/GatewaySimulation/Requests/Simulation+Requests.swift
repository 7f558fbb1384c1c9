import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What clients write by REST, and what they say of it afterwards.
extension Simulation {
  /// A client writes something, for itself or for what it has open.
  func makeRequest(_ client: Int) {
    lastMessageNumber += 1
    let isSlow = random.happens(percent: conditions.slowBodyPercent)
    let lifetime = random.duration(upTo: conditions.tokenLifetimeMax)
    let isGood = random.happens(percent: 90)
    let user = clients[client].user
    let request = ClientsRequest(
      someTarget(), number: lastMessageNumber, client: client, user: user,
      token: isGood ? tokens.issue(to: user, until: clock.wallNow + lifetime) : .forged,
      changes: .of("{\"x\":\(lastMessageNumber)}"), exception: someException(client),
      visibility: random.element(of: [.whole, .whole, .whole, .whole, .encoded, .tooLarge]),
      bodyTime: random.duration(upTo: isSlow ? conditions.requestTimeout * 3 : .milliseconds(5)))
    note("client \(client) sends \(request.words)")
    let worker = Int.random(in: workers.indices, using: &random)
    schedule(
      .requests(request, worker: worker), after: random.duration(upTo: conditions.lineDelayMax))
    if random.happens(percent: conditions.vanishPercent * 3) {
      let stay = random.duration(upTo: conditions.upstreamDelayMax * 3)
      schedule(.abandons(request, worker: worker), after: stay)
    }
    // Without waiting for its answer.
    if random.happens(percent: conditions.repetitionPercent / 5) { announce(request) }
  }

  private func someTarget() -> ClientsRequest.Target {
    let folder = conditions.folders.randomElement(using: &random)
    let isFolder = folder != nil && random.happens(percent: 25)
    let note = Resource.note(random.element(of: conditions.notes))
    let resource = isFolder ? folder.map(Resource.folder) ?? note : note
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<70: return .change(resource, .update)
    case 70..<85: return .creation(ofNote: !isFolder)
    default: return .change(resource, .delete)
    }
  }

  /// The client's own connection as a rule, if it names one.
  private func someException(_ client: Int) -> ConnectionID? {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<6: clients[client].connection
    case 6: clients.randomElement(using: &random)?.connection
    default: nil
    }
  }

  /// What the client says of its request.
  func announce(_ request: ClientsRequest) {
    guard let id = clients[request.client].connection,
      let said = request.announcement(spelledAlike: random.happens(percent: 50))
    else { return }
    schedule(
      .announces(client: request.client, id, said),
      after: random.duration(upTo: conditions.lineDelayMax))
  }

  /// A client has its answer.
  func requestEnded(_ request: ClientsRequest, isAccepted: Bool) {
    guard isAccepted, !isCalm, !request.isAbandoned,
      random.happens(percent: conditions.repetitionPercent)
    else { return }
    announce(request)
  }

  // MARK: At the upstream

  /// A worker passes it on, as far as it is there.
  func passOn(_ request: ClientsRequest, by number: UInt64?, from worker: Int) {
    request.isPassedOn = true
    let call = UpstreamCall(.client(request, number), from: worker, deletionCount: 0)
    note("w\(worker) passes on \(call.words)")
    if request.isWhole {
      send(call)
    } else {
      schedule(.sendsBody(call), after: request.bodyTime)
    }
  }

  /// The client has sent all of it.
  func sendBody(_ call: UpstreamCall) {
    guard case .client(let request, let number) = call.question, !request.isOver,
      !request.isAbandoned
    else { return }
    request.isWhole = true
    if let number { checker.isWhole(ProxyTicket(worker: UInt16(call.worker), number: number)) }
    send(call)
  }

  /// The answer has begun: the rest of it follows, or does not.
  func answerFollows(_ call: UpstreamCall) {
    let isCut = random.happens(percent: conditions.lossPercent)
    schedule(
      .endsAnswer(call, isCut: isCut), after: random.duration(upTo: conditions.upstreamDelayMax))
  }
}

extension BearerToken {
  static let forged = BearerToken("forged")
}
