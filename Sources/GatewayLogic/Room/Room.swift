package import GatewayTypes

/// Who may hear of one note, and which workers have somebody who does; on the note's home worker.
///
/// The members themselves are kept by the workers that have their connections. The room knows of
/// them by counting: each admission is a grant to a worker, and a worker that has no members left
/// hands back the grants it has seen, so that an admission on its way is not overlooked.
///
/// Source: PROTOCOL.md, "What is persisted, and who hears of it", 5; DESIGN.md, 2.
package struct Room {
  /// How long the upstream's yes stands for one user (`websocket.join_cache`).
  private var accessLifetime: Duration
  private var identity: UpstreamIdentity
  private var accessEnds: [UserID: MonotonicTime] = [:]
  private var checking: [JoinRequest] = []
  private var grants: [Grants] = []

  /// The admissions to one worker that it has not handed back, 1 and up.
  private struct Grants {
    let worker: UInt16
    var count: Int
  }

  /// The users whose access is remembered at a time; beyond it the upstream is asked again.
  private static let rememberedUserCountMax = 256

  package init(accessLifetime: Duration, identity: UpstreamIdentity = .bearer) {
    self.accessLifetime = accessLifetime
    self.identity = identity
  }

  /// From now on these count. A yes that is remembered already stands as long as it was to.
  mutating func rulesChanged(accessLifetime: Duration, identity: UpstreamIdentity) {
    self.accessLifetime = accessLifetime
    self.identity = identity
  }

  /// Whether nobody hears of the note and nobody asks to.
  package var isEmpty: Bool { grants.isEmpty && checking.isEmpty }

  /// The workers that have, or are about to have, members.
  package var workers: [UInt16] { grants.map(\.worker) }

  /// A connection asks to join. `current` is where the note stands.
  package mutating func join(
    _ request: JoinRequest, at now: MonotonicTime, current: NotePosition,
    into effects: inout [RoomEffect]
  ) {
    if let end = accessEnds[request.user], now < end {
      admit(request, current, into: &effects)
    } else {
      checking.append(request)
      effects.append(.check(request))
    }
  }

  /// The upstream has answered, or will not, whether the user may see the note.
  package mutating func checked(
    _ request: JoinRequest, _ reply: UpstreamReply, at now: MonotonicTime, current: NotePosition,
    into effects: inout [RoomEffect]
  ) {
    // A note that was deleted in the meantime has answered all who asked.
    guard let index = checking.firstIndex(of: request) else { return }
    checking.remove(at: index)
    if case .answered(status: 200, _, _) = reply {
      remember(request.user, at: now)
      admit(request, current, into: &effects)
    } else {
      accessEnds[request.user] = nil
      let refusal = ErrorReport(refusing: reply, isWrite: false, identity: identity)
      effects.append(.answer(request, .refused(refusal)))
    }
  }

  /// The note is gone: nobody is a member any more, and nobody becomes one.
  package mutating func noteDeleted(into effects: inout [RoomEffect]) {
    accessEnds = [:]
    for request in checking {
      effects.append(.answer(request, .refused(ErrorReport(.notFound))))
    }
    checking = []
  }

  /// A worker has no members any more and hands back the `grantCount` admissions it has seen.
  package mutating func emptied(on worker: UInt16, grantCount: Int) {
    guard let index = grants.firstIndex(where: { $0.worker == worker }) else { return }
    grants[index].count -= grantCount
    if grants[index].count <= 0 { grants.remove(at: index) }
  }

  private mutating func admit(
    _ request: JoinRequest, _ current: NotePosition, into effects: inout [RoomEffect]
  ) {
    let worker = request.connection.worker
    if let index = grants.firstIndex(where: { $0.worker == worker }) {
      grants[index].count += 1
    } else {
      grants.append(Grants(worker: worker, count: 1))
    }
    effects.append(.answer(request, .admitted(current)))
  }

  private mutating func remember(_ user: UserID, at now: MonotonicTime) {
    if accessEnds.count >= Room.rememberedUserCountMax {
      accessEnds = accessEnds.filter { now < $0.value }
    }
    guard accessEnds.count < Room.rememberedUserCountMax else { return }
    accessEnds[user] = now + accessLifetime
  }
}
