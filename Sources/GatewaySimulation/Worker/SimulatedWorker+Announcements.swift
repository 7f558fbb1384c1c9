import GatewayLogic
import GatewayTesting
import GatewayTypes

/// What others hear of an accepted write.
extension SimulatedWorker {
  /// `roomWorkers` are those that may have members of the note's room.
  func announce(_ announcement: Announcement, of resource: Resource, roomWorkers: [UInt16]) {
    let number = world.checker.announced(announcement, of: resource)
    let sync = Sync(announcement, of: resource, to: world.conditions.noteAudience)
    let broadcast = Broadcast(
      sync: sync, announcement: number, isProxied: world.checker.isProxied(number))
    let all = 0..<UInt16(clamping: world.conditions.workerCount)
    for worker in sync.workers(ofRoom: roomWorkers, all: all) {
      post(.broadcast(broadcast), to: Int(worker))
    }
  }
}
