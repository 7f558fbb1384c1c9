package import GatewayTypes

/// Sees to it that no signed message of a connection does its work twice.
///
/// A nonce is kept for as long as its message could be sent again and be of an age that is
/// admitted. At most `countMax` are kept: when there are more, the oldest is dropped, and with it
/// goes every message that is not younger, so that a small memory refuses too much and never too
/// little.
///
/// Source: PROTOCOL.md, "Signed messages".
package struct SeenNonces {
  /// How long ago a message may have been written.
  package static let ageMax = Duration.seconds(300)
  /// How far ahead the writer's clock may be.
  package static let leadMax = Duration.seconds(60)
  /// Far more than a client may send in `ageMax` with `limits.messages_per_minute` as it comes.
  package static let countMax = 4096

  private var nonces: Set<String> = []
  /// By the time of writing, which is not the order in which they came.
  private var byAge = TimeQueue<WallTime, String>()
  /// What was written then, or earlier, may have been dropped.
  private var droppedUntil: WallTime?

  package init() {}

  package var count: Int { nonces.count }

  /// Whether a message is of an age that is admitted and its nonce is new; it is not any more then.
  package mutating func admit(
    _ nonce: String, writtenAt: WallTime, at now: WallTime
  ) -> Bool {
    guard now - writtenAt <= SeenNonces.ageMax, writtenAt - now <= SeenNonces.leadMax else {
      return false
    }
    if let droppedUntil, writtenAt <= droppedUntil { return false }
    forget(before: now)
    guard nonces.insert(nonce).inserted else { return false }
    byAge.insert(nonce, at: writtenAt)
    if nonces.count > SeenNonces.countMax { dropOldest() }
    return true
  }

  private mutating func forget(before now: WallTime) {
    while let oldest = byAge.next, now - oldest > SeenNonces.ageMax, let nonce = byAge.popFirst() {
      nonces.remove(nonce)
    }
  }

  private mutating func dropOldest() {
    guard let oldest = byAge.next, let nonce = byAge.popFirst() else { return }
    nonces.remove(nonce)
    droppedUntil = max(droppedUntil ?? oldest, oldest)
  }
}
