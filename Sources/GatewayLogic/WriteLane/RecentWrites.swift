import GatewayTypes

/// What was last written to a note or folder by REST, so that it is not done again when its writer
/// says it on the WebSocket as well.
///
/// An update counts until any other write begins: afterwards the same changes are a change again. A
/// creation counts until a deletion begins, and the other way round.
/// Source: PROXY.md, "Said twice, done once".
struct RecentWrites {
  /// An update, with all that its repetition is answered.
  struct Update: Hashable {
    let user: UserID
    let changes: JSONText
    let result: JSONText
    let time: WallTime
    let position: NotePosition
    let acceptedAt: MonotonicTime

    var size: Int { changes.bytes.count + result.bytes.count }
  }

  /// A creation or deletion.
  private struct Mark {
    let user: UserID
    let time: WallTime
    let acceptedAt: MonotonicTime
  }

  /// How long an update of a note counts.
  static let noteUpdateLifetime = Duration.seconds(10)
  /// How long everything else counts.
  static let lifetime = Duration.seconds(60)

  private var update: Update?
  private var creation: Mark?
  private var deletion: Mark?

  /// The bytes that are kept.
  var size: Int { update?.size ?? 0 }

  /// When they are of no use any more.
  var updateEnd: MonotonicTime? {
    update.map { $0.acceptedAt + RecentWrites.lifetime }
  }

  mutating func updated(_ update: Update) {
    self.update = update
  }

  mutating func created(by user: UserID, at time: WallTime, now: MonotonicTime) {
    update = nil
    deletion = nil
    creation = Mark(user: user, time: time, acceptedAt: now)
  }

  mutating func deleted(by user: UserID, at time: WallTime, now: MonotonicTime) {
    update = nil
    creation = nil
    deletion = Mark(user: user, time: time, acceptedAt: now)
  }

  /// A write begins that is done.
  mutating func begin(_ kind: ProxiedWrite.Kind) {
    update = nil
    switch kind {
    case .update: break
    case .create: deletion = nil
    case .delete: creation = nil
    }
  }

  /// Frees the bytes that are kept.
  mutating func forgetUpdate() {
    update = nil
  }

  /// The update that may have been said by `write` again.
  func update(before write: Write, at now: MonotonicTime) -> Update? {
    let lifetime =
      switch write.resource {
      case .note: RecentWrites.noteUpdateLifetime
      case .folder: RecentWrites.lifetime
      }
    guard let update, update.user == write.writer.user, now - update.acceptedAt <= lifetime else {
      return nil
    }
    return update
  }

  func hasCreation(by user: UserID, at now: MonotonicTime) -> Bool {
    time(of: creation, by: user, at: now) != nil
  }

  /// When the user has deleted it.
  func deletionTime(by user: UserID, at now: MonotonicTime) -> WallTime? {
    time(of: deletion, by: user, at: now)
  }

  private func time(of mark: Mark?, by user: UserID, at now: MonotonicTime) -> WallTime? {
    guard let mark, mark.user == user, now - mark.acceptedAt <= RecentWrites.lifetime else {
      return nil
    }
    return mark.time
  }
}
