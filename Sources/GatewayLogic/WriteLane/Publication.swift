package import GatewayTypes

/// Which event of the publish endpoint it is, for the one who asked.
package struct PublishTicket: Hashable, Sendable {
  package let request: UInt64
  /// Which of the request's events.
  package let index: Int

  package init(request: UInt64, index: Int) {
    self.request = request
    self.index = index
  }
}

/// An event of the API's own on its way through a lane.
///
/// A write without a request: it is done already, and takes its place behind the writes that are on
/// their way. Source: OPERATIONS.md, "The admin listener".
package struct Publication: Hashable, Sendable {
  package let event: PublishedEvent
  package let ticket: PublishTicket
  /// When it came, on both clocks.
  private let arrivedAt: MonotonicTime
  private let wallArrivedAt: WallTime

  package init(
    _ event: PublishedEvent, ticket: PublishTicket, at now: MonotonicTime, wallNow: WallTime
  ) {
    self.event = event
    self.ticket = ticket
    arrivedAt = now
    wallArrivedAt = wallNow
  }

  package var resource: Resource { event.resource }

  /// What the others hear when its turn has come, at `now`.
  func announcement(at now: MonotonicTime, _ position: NotePosition) -> Announcement {
    let time = wallArrivedAt + (now - arrivedAt)
    let author = Author(user: event.from, connection: nil, devicesOf: event.devicesOf)
    switch event.content {
    case .updated(changes: let changes, to: let updated):
      return .updated(changes: changes, to: updated, at: time, position, by: author)
    case .created(let data): return .created(data, at: time, by: author)
    case .deleted: return .deleted(at: time, by: author)
    }
  }

  /// What it does to what is remembered of other writes.
  var kind: ProxiedWrite.Kind {
    switch event.content {
    case .updated: .update
    case .created: .create
    case .deleted: .delete
    }
  }
}

extension WriteLane {
  /// Takes an event of the API's own in, behind all that waits. It is never refused here: whole
  /// requests are, by the one who takes them, so that of several events all are heard or none is.
  package mutating func publish(
    _ publication: Publication, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) {
    if isIdle {
      announce(publication, at: now, into: &effects)
    } else {
      waiting.append(.published(publication))
      publicationCount += 1
    }
  }

  /// It is the turn of one.
  mutating func announce(
    _ publication: Publication, at now: MonotonicTime, into effects: inout [WriteLaneEffect]
  ) {
    recent.begin(publication.kind)
    if case .updated = publication.event.content { advance() }
    effects.append(.announce(publication.announcement(at: now, position)))
    effects.append(.published(publication, position))
  }
}
