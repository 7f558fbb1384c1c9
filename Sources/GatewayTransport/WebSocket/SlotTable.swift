/// The WebSocket connections of one worker, by slot. The slot that came free last is used next.
///
/// Pointers to slots are good until the next `take`.
struct SlotTable: ~Copyable {
  private(set) var start = UnsafeMutablePointer<Slot>.allocate(capacity: 0)
  private(set) var count: UInt32 = 0
  private var capacity: UInt32 = 0
  private var freeSlots: [UInt32] = []

  init() {}

  deinit {
    start.deinitialize(count: Int(count))
    start.deallocate()
  }

  /// How many slots are not free.
  var usedCount: Int { Int(count) - freeSlots.count }

  /// A slot that belongs to the caller until `release`.
  mutating func take(_ upgrade: Slot.Upgrade, nonce: UInt64) -> UInt32 {
    let index = freeSlots.popLast() ?? append()
    let slot = start + Int(index)
    let generation = slot.pointee.generation &+ 1
    slot.pointee = Slot()
    slot.pointee.upgrade = upgrade
    slot.pointee.generation = generation
    slot.pointee.nonce = nonce
    slot.pointee.state = .opening
    return index
  }

  mutating func release(_ index: UInt32) {
    let slot = start + Int(index)
    slot.pointee.state = .free
    slot.pointee.connection = nil
    slot.pointee.queue = nil
    slot.pointee.upgrade = nil
    slot.pointee.heldSize = 0
    slot.pointee.firstLink = -1
    freeSlots.append(index)
  }

  private mutating func append() -> UInt32 {
    if count == capacity {
      // A process has far fewer descriptors than this can count.
      capacity = max(64, capacity * 2)
      let grown = UnsafeMutablePointer<Slot>.allocate(capacity: Int(capacity))
      grown.moveInitialize(from: start, count: Int(count))
      start.deallocate()
      start = grown
    }
    (start + Int(count)).initialize(to: Slot())
    count += 1
    return count - 1
  }
}
