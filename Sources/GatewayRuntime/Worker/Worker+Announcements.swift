import GatewayLogic
import GatewayTypes
import GatewayWire

/// What others hear of an accepted write.
extension Worker {
  /// Encodes what is heard once and hands it to the workers that may have somebody who hears it.
  /// `roomWorkers` are those that may have members of the note's room.
  func announce(_ announcement: Announcement, of resource: Resource, roomWorkers: [UInt16]) {
    let sync = Sync(
      completed(announcement, of: resource), of: resource, to: setup.syncs.noteAudience)
    let workers = sync.workers(ofRoom: roomWorkers, all: 0..<UInt16(clamping: peers.count))
    guard !workers.isEmpty else { return }
    metrics.broadcasts &+= 1
    log.debug(
      "write announced",
      [
        .type: SentType(sync.message).text, .note: resource.note, .folder: resource.folder,
        .workers: workers.count,
      ])
    let broadcast = Broadcast(
      frame: GatewayMessageEncoder.frame(of: sync.message), type: SentType(sync.message),
      audience: sync.audience, author: sync.author,
      clock: DeliveryClock(startedAt: causedAt, workerCount: workers.count))
    for worker in workers { post(.broadcast(broadcast), to: worker) }
  }

  /// With what `changes` of a note is to have of the upstream's answer.
  private func completed(_ announcement: Announcement, of resource: Resource) -> Announcement {
    guard case .note = resource,
      case .updated(changes: let changes, to: let updated, at: let time, let position, let author) =
        announcement
    else { return announcement }
    let heard = changes.adding(members: setup.syncs.changesInclude, from: updated)
    return .updated(changes: heard, to: updated, at: time, position, by: author)
  }
}
