import GatewayLogic
import GatewayTypes

/// What was last written to a note or folder by REST. Source: PROXY.md, "Said twice, done once".
struct RecentRecord {
  struct Mark {
    let user: UserID
    let at: MonotonicTime
    var changes: JSONText?
    /// False where it is not known what the gateway made of something that came after it.
    var isSure = true
  }

  var update: Mark?
  var creation: Mark?
  var deletion: Mark?

  /// A write begins that is none of those.
  mutating func begin(_ kind: ProxiedWrite.Kind) {
    update = nil
    switch kind {
    case .update: break
    case .create: deletion = nil
    case .delete: creation = nil
    }
  }
}

/// What is said twice is done once.
extension Checker {
  /// A write is about to be sent for the first time, or once more: it says nothing again.
  func expectNew(_ write: Write, _ lane: inout LaneRecord, _ index: Int) {
    let user = write.writer.user
    switch write.change {
    case .update(let changes):
      if let mark = current(lane.recent.update, of: user, write.resource),
        mark.changes?.isSpelledLike(changes) == true, isRemembered(mark)
      {
        fail("an update of \(write.resource.words) that is said twice is done twice")
      }
      lane.recent.begin(.update)
    case .refresh:
      if let mark = current(lane.recent.update, of: user, write.resource), isRemembered(mark) {
        fail("an update of \(write.resource.words) is looked for again")
      }
      lane.recent.begin(.update)
    case .create:
      if let mark = current(lane.recent.creation, of: user, nil) {
        lane.items[index].isRecalled = isRemembered(mark)
        if !isRemembered(mark) {
          lane.recent.update?.isSure = false
          lane.recent.deletion?.isSure = false
        }
      } else {
        // Maybe it was, when it was tried first.
        lane.items[index].isRecalled = false
        lane.recent.begin(.create)
      }
    case .delete:
      if let mark = current(lane.recent.deletion, of: user, nil), isRemembered(mark) {
        fail("\(write.resource.words) is deleted again")
      }
      lane.recent.begin(.delete)
    }
  }

  /// A write is answered with success that was never sent: it was said twice.
  func checkRepetition(
    _ result: WriteResult, _ lane: inout LaneRecord, _ index: Int, _ resource: Resource
  ) {
    guard let write = lane.items[index].write, !lane.items[index].isStarted else { return }
    let user = write.writer.user
    switch (result, write.change) {
    case (.refused, _):
      return
    case (.updated, .update(let changes)):
      let mark = current(lane.recent.update, of: user, resource)
      if mark?.changes?.isSpelledLike(changes) != true {
        fail("an update of \(resource.words) is answered and was never made")
      }
      lane.recent.update = nil
    case (.updated, .refresh):
      if current(lane.recent.update, of: user, resource) == nil {
        fail("\(resource.words) is answered and was never looked at")
      }
      lane.recent.update = nil
    case (.deleted, .delete):
      if current(lane.recent.deletion, of: user, nil) == nil {
        fail("a deletion of \(resource.words) is answered and was never made")
      }
    case (.updated, _), (.created, _), (.deleted, _):
      fail("a write to \(resource.words) is answered by another one")
    }
    repetitions.insert(lane.items[index].name)
  }

  /// Something that was written by REST is announced.
  func noteRecent(
    _ kind: AcceptedKey.Kind, _ acceptance: Acceptance, _ resource: Resource
  ) {
    guard acceptance.ticket != nil else { return }
    let mark = RecentRecord.Mark(
      user: acceptance.author.user, at: now, changes: acceptance.changes)
    var recent = lanes[resource]?.recent ?? RecentRecord()
    switch kind {
    case .updated: recent.update = mark
    case .created: recent = RecentRecord(creation: mark)
    case .deleted, .gone: recent = RecentRecord(deletion: mark)
    }
    lanes[resource, default: LaneRecord()].recent = recent
  }

  /// `mark` if it still counts. Updates of notes count for a shorter time than all else.
  private func current(
    _ mark: RecentRecord.Mark?, of user: UserID, _ updated: Resource?
  ) -> RecentRecord.Mark? {
    var lifetime = Duration.seconds(60)
    if case .note = updated { lifetime = .seconds(10) }
    guard let mark, mark.user == user, now - mark.at <= lifetime else { return nil }
    return mark
  }

  /// Whether a home knows of it for sure: it may have forgotten the note.
  private func isRemembered(_ mark: RecentRecord.Mark) -> Bool {
    let rules = conditions.homeRules
    return mark.isSure && rules.idleCountMax > conditions.resources.count
      && rules.recentSizeMax > 1 << 20
      && now - mark.at < rules.idleLifetime
  }
}

extension JSONText {
  /// Whether it is the same but for spaces, none of which is in a string here.
  func isSpelledLike(_ other: JSONText) -> Bool {
    let space = UInt8(ascii: " ")
    return bytes.filter { $0 != space } == other.bytes.filter { $0 != space }
  }
}
