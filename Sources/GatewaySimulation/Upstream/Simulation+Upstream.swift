import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What becomes of requests to the upstream, and of its answers.
extension Simulation {
  /// A worker asks the upstream.
  func ask(_ question: UpstreamCall.Question, from worker: Int) {
    let call = UpstreamCall(
      question, from: worker, deletionCount: checker.deletionCount(of: question))
    note("w\(worker) asks \(call.words)")
    send(call)
  }

  /// A request is on its way to the upstream.
  func send(_ call: UpstreamCall) {
    let delay = random.duration(upTo: conditions.upstreamDelayMax)
    guard random.happens(percent: conditions.lossPercent) else {
      schedule(.takes(call), after: delay)
      return
    }
    lose(call, delay)
  }

  private func lose(_ call: UpstreamCall, _ delay: Duration) {
    let timeout = conditions.requestTimeout
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      schedule(.answers(call, lost: .notConnected), after: delay)
    case 1:
      schedule(.answers(call, lost: .queueFull), after: .zero)
    case 2:
      schedule(.answers(call, lost: .timedOut(mayHaveBeenSent: false)), after: timeout)
    case 3:
      // Before it was done, or after.
      if random.happens(percent: 50) { schedule(.takes(call), after: delay / 2) }
      schedule(.answers(call, lost: .brokenAnswer), after: delay)
    case 4:
      schedule(.takes(call), after: random.duration(upTo: timeout * 2))
      schedule(.answers(call, lost: .timedOut(mayHaveBeenSent: true)), after: timeout)
    default:
      schedule(.answers(call, lost: .timedOut(mayHaveBeenSent: true)), after: timeout)
    }
  }

  /// The upstream does, or does not do, what it was asked.
  func take(_ call: UpstreamCall) {
    if call.isOver { note("too late, the upstream takes up:") }
    if case .client(let request, _) = call.question,
      case .creation(ofNote: let isNote) = request.target
    {
      let names =
        isNote ? conditions.notes.map(Resource.note) : conditions.folders.map(Resource.folder)
      request.created = upstream.name(among: names)
    }
    let reply =
      isTokenGood(call)
      ? upstream.answer(call, trouble())
      : .answered(status: 401, json: nil, message: nil)
    note("the upstream to \(call.words): \(reply.words)")
    call.reply = reply
    let delay = random.duration(upTo: conditions.upstreamDelayMax)
    schedule(.answers(call, lost: nil), after: delay)
  }

  /// The gateway is told, once.
  func answer(_ call: UpstreamCall, lost failure: UpstreamFailure?) {
    guard !call.isOver else { return }
    call.isOver = true
    // Its client is shut down with it.
    guard workers[call.worker].phase != .over else { return }
    note("w\(call.worker) hears of \(call.words)\(failure.map { ": \($0)" } ?? "")")
    let reply = failure.map(UpstreamReply.failed) ?? call.reply
    guard let reply else { return }
    guard case .client(let request, let number) = call.question else {
      workers[call.worker].answered(call, reply)
      return
    }
    if let number {
      workers[call.worker].answered(number, reply, call)
    } else {
      workers[call.worker].unwatchedEnded(request)
    }
  }

  /// The rest of the answer to a client.
  func endAnswer(_ call: UpstreamCall, isCut: Bool) {
    guard case .client(let request, let number?) = call.question, !request.isOver,
      let reply = call.reply
    else { return }
    note("the answer to \(call.words) \(isCut ? "breaks off" : "ends")")
    workers[call.worker].answerEnded(number, reply, isCut: isCut)
    if case .answered(status: 200..<300, _, _) = reply { requestEnded(request, isAccepted: !isCut) }
  }

  private func isTokenGood(_ call: UpstreamCall) -> Bool {
    guard conditions.homeRules.lanes.identity == .bearer else { return true }
    guard let known = tokens[call.token], known.user == call.user else { return false }
    return clock.wallNow < known.expiresAt + conditions.upstreamClockSkew
  }

  private func trouble() -> SimulatedUpstream.Trouble {
    guard random.happens(percent: conditions.refusalPercent) else { return .none }
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3: return .spoilsAnswer(status: random.element(of: [200, 204, 500, 502, 504]))
    case 3: return .namesAnother
    case 4: return .doesItTwice
    default: break
    }
    return .refuses(
      status: random.element(of: [302, 401, 403, 404, 409, 422, 429, 500, 501, 503]))
  }
}
