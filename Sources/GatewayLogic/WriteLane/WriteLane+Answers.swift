import GatewayTypes

/// What a lane makes of the upstream's answers to its own requests.
extension WriteLane {
  mutating func looked(
    for write: Write, _ reply: UpstreamReply, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    switch (write.change, reply) {
    case (.create(let data), .answered(status: 404, _, _)):
      state = .writing(write)
      effects.append(.request(.create(data: data), for: write))
    case (.create, .answered(status: 200, json: let found?, _)):
      created(write, as: found, at: now, into: &effects)
    case (.refresh(let changes), .answered(status: 200, json: let found?, _)):
      updated(write, changes, to: found, at: now, into: &effects)
    default:
      refuse(write, reply, isWrite: false, into: &effects)
    }
  }

  mutating func wrote(
    _ write: Write, _ reply: UpstreamReply, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    switch (write.change, reply) {
    case (.update(let changes), .answered(status: 200...299, json: let result?, _)):
      updated(write, changes, to: result, at: now, into: &effects)
    case (.create, .answered(status: 200...299, json: let result?, _)):
      created(write, as: result, at: now, into: &effects)
    case (.delete, .answered(status: 200...299, _, _)):
      effects.append(.announce(.deleted(at: now, by: write.writer.author)))
      effects.append(.answer(write.writer, .deleted(at: now)))
    case (.delete, .answered(status: 404, _, _)):
      effects.append(.announce(.alreadyDeleted(at: now, by: write.writer.author)))
      effects.append(.answer(write.writer, .deleted(at: now)))
    default:
      refuse(write, reply, isWrite: true, into: &effects)
    }
  }

  func refuse(
    _ write: Write, _ reply: UpstreamReply, isWrite: Bool, into effects: inout [WriteLaneEffect]
  ) {
    let refusal = ErrorReport(refusing: reply, isWrite: isWrite, identity: rules.identity)
    effects.append(.answer(write.writer, .refused(refusal)))
  }

  private mutating func updated(
    _ write: Write, _ changes: JSONText, to result: JSONText, at now: WallTime,
    into effects: inout [WriteLaneEffect]
  ) {
    advance()
    effects.append(
      .announce(.updated(changes: changes, to: result, at: now, position, by: write.writer.author)))
    effects.append(.answer(write.writer, .updated(result, at: now, position)))
  }

  private func created(
    _ write: Write, as result: JSONText, at now: WallTime, into effects: inout [WriteLaneEffect]
  ) {
    effects.append(.announce(.created(result, at: now, by: write.writer.author)))
    effects.append(.answer(write.writer, .created(result, at: now)))
  }

  /// One more update was accepted.
  mutating func advance() {
    // 2^64 writes to one note do not happen.
    position = NotePosition(epoch: position.epoch, sequence: position.sequence + 1)
  }
}

extension Change {
  var isCreation: Bool {
    if case .create = self { true } else { false }
  }
}
